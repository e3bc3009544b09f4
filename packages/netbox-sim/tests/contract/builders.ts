import type { Json, NetboxUnderTest, Thing } from './netbox-under-test.js';

export const sites = '/api/dcim/sites/';
export const devices = '/api/dcim/devices/';
export const interfaces = '/api/dcim/interfaces/';
export const addresses = '/api/ipam/ip-addresses/';
export const prefixes = '/api/ipam/prefixes/';
export const vlans = '/api/ipam/vlans/';
export const changes = '/api/core/object-changes/';

let count = 0;

/** A name no other object of the run has. */
export function named(netbox: NetboxUnderTest, stem: string): { name: string; slug: string } {
  count += 1;
  return { name: `${stem} ${netbox.tag} ${count}`, slug: `${stem.toLowerCase()}-${netbox.tag}-${count}` };
}

export const makeSite = (netbox: NetboxUnderTest, more: Record<string, Json> = {}): Promise<Thing> =>
  netbox.make(sites, { ...named(netbox, 'Site'), ...more });

export interface Rack {
  readonly site: Thing;
  readonly manufacturer: Thing;
  readonly type: Thing;
  readonly role: Thing;
}

/** What a device needs before it. */
export async function makeDeviceParts(netbox: NetboxUnderTest): Promise<Rack> {
  const site = await makeSite(netbox);
  const manufacturer = await netbox.make('/api/dcim/manufacturers/', named(netbox, 'Maker'));
  const { name, slug } = named(netbox, 'Model');
  const type = await netbox.make('/api/dcim/device-types/', { manufacturer: manufacturer.id, model: name, slug });
  const role = await netbox.make('/api/dcim/device-roles/', named(netbox, 'Role'));
  return { site, manufacturer, type, role };
}

export const makeDevice = (netbox: NetboxUnderTest, parts: Rack, more: Record<string, Json> = {}): Promise<Thing> =>
  netbox.make(devices, {
    name: named(netbox, 'dev').name,
    site: parts.site.id,
    device_type: parts.type.id,
    role: parts.role.id,
    ...more,
  });

export const makeInterface = (
  netbox: NetboxUnderTest,
  device: Thing,
  name: string,
  more: Record<string, Json> = {},
): Promise<Thing> => netbox.make(interfaces, { device: device.id, name, type: '1000base-t', ...more });

/** A VRF of its own, so that addresses of runs never meet. */
export const makeVrf = (netbox: NetboxUnderTest, more: Record<string, Json> = {}): Promise<Thing> =>
  netbox.make('/api/ipam/vrfs/', { name: named(netbox, 'vrf').name, ...more });
