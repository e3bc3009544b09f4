import { beforeAll, expect, it } from 'vitest';
import {
  addresses,
  devices,
  interfaces,
  makeDevice,
  makeDeviceParts,
  makeInterface,
  makeSite,
  makeVrf,
  named,
  type Rack,
} from './builders.js';
import { contract } from './contract.js';
import type { Json, Thing } from './netbox-under-test.js';

contract('devices', (netbox) => {
  let parts: Rack;
  let rack: Thing;
  beforeAll(async () => {
    parts = await makeDeviceParts(netbox());
    rack = await netbox().make('/api/dcim/racks/', { name: named(netbox(), 'rack').name, site: parts.site.id });
  });
  const body = (more: Record<string, Json> = {}) => ({
    name: named(netbox(), 'dev').name,
    site: parts.site.id,
    device_type: parts.type.id,
    role: parts.role.id,
    ...more,
  });

  it('shows what it refers to in brief', async () => {
    const device = await makeDevice(netbox(), parts, { rack: rack.id });
    expect(device).toMatchObject({
      site: {
        id: parts.site.id,
        url: `${netbox().url}/api/dcim/sites/${parts.site.id}/`,
        display: parts.site.name,
        slug: parts.site.slug,
      },
      device_type: { id: parts.type.id, model: parts.type.model, manufacturer: { id: parts.manufacturer.id } },
      rack: { id: rack.id, name: rack.name },
      status: { value: 'active', label: 'Active' },
      primary_ip: null,
      face: null,
      tenant: null,
    });
    expect(Object.keys(device.site as object)).toEqual(['id', 'url', 'display', 'name', 'slug', 'description']);
  });

  it('names a device without a name by its type and id', async () => {
    const device = await makeDevice(netbox(), parts, { name: null });
    expect(device.display).toBe(`${parts.manufacturer.name} ${parts.type.model} (${device.id})`);
  });

  it('gives a new device the components of its type', async () => {
    const { name, slug } = named(netbox(), 'Model');
    const type = await netbox().make('/api/dcim/device-types/', {
      manufacturer: parts.manufacturer.id,
      model: name,
      slug,
    });
    const templates = [
      { name: 'mgmt0', type: '1000base-t', mgmt_only: true },
      { name: 'Gi1', type: '1000base-t', description: 'of the type' },
      { name: 'Gi10', type: '10gbase-x-sfpp' },
      { name: 'Gi2', type: '1000base-t', enabled: false },
    ];
    const made = await netbox().send(
      'POST',
      '/api/dcim/interface-templates/',
      templates.map((one) => ({ ...one, device_type: type.id })),
    );
    expect(made.status).toBe(201);
    await netbox().make('/api/dcim/console-port-templates/', { device_type: type.id, name: 'con' });
    const supply = await netbox().make('/api/dcim/power-port-templates/', { device_type: type.id, name: 'psu' });
    await netbox().make('/api/dcim/power-outlet-templates/', {
      device_type: type.id,
      name: 'out',
      power_port: supply.id,
    });
    const device = await makeDevice(netbox(), parts, { device_type: type.id });
    const ports = await netbox().list(`${interfaces}?device_id=${device.id}`);
    expect(ports.map((port) => port.name)).toEqual(['Gi1', 'Gi2', 'Gi10', 'mgmt0']);
    expect(ports.map((port) => [port.mgmt_only, port.enabled, port.description])).toEqual([
      [false, true, ''],
      [false, false, ''],
      [false, true, ''],
      [true, true, ''],
    ]);
    const [outlet] = await netbox().list(`/api/dcim/power-outlets/?device_id=${device.id}`);
    expect(outlet).toMatchObject({ name: 'out', power_port: { name: 'psu', device: { id: device.id } } });
    expect(await netbox().get(`${devices}${device.id}/`)).toMatchObject({ interface_count: 4, console_port_count: 1 });
  });

  it.each<[string, Record<string, Json>, Json]>([
    [
      'a position without a rack',
      { position: 3 },
      { position: ['Cannot select a rack position without assigning a rack.'] },
    ],
    ['a face without a rack', { face: 'front' }, { face: ['Cannot select a rack face without assigning a rack.'] }],
    ['an unknown status', { status: 'up' }, { status: ['up is not a valid choice.'] }],
  ])('refuses %s', async (_, more, errors) => {
    expect(await netbox().refused('POST', devices, body(more))).toEqual(errors);
  });

  it('places a device in a rack once, by face and half units', async () => {
    const at = (position: Json, more: Record<string, Json> = {}) =>
      body({ rack: rack.id, position, face: 'front', ...more });
    expect(await netbox().refused('POST', devices, at(3, { face: '' }))).toEqual({
      face: ['Must specify rack face when defining rack position.'],
    });
    await netbox().make(devices, at(3));
    for (const position of [3, 3.5]) {
      expect(await netbox().refused('POST', devices, at(position))).toEqual({
        position: [
          `U${position.toFixed(1)} is already occupied or does not have sufficient space to accommodate this device type: ${parts.type.model} (1.0U)`,
        ],
      });
    }
    expect(await netbox().refused('POST', devices, at(5.3))).toEqual({
      position: ['Position must be in increments of 0.5 rack units.'],
    });
    const other = await makeSite(netbox());
    expect(await netbox().refused('POST', devices, body({ site: other.id, rack: rack.id }))).toEqual({
      rack: [`Rack ${rack.name} does not belong to site ${other.name}.`],
    });
  });

  it('limits a platform to its maker', async () => {
    const maker = await netbox().make('/api/dcim/manufacturers/', named(netbox(), 'Maker'));
    const platform = await netbox().make('/api/dcim/platforms/', { ...named(netbox(), 'OS'), manufacturer: maker.id });
    expect(await netbox().refused('POST', devices, body({ platform: platform.id }))).toEqual({
      platform: [
        `The assigned platform is limited to ${maker.name} device types, but this device's type belongs to ${parts.manufacturer.name}.`,
      ],
    });
  });

  it('takes as primary an address on one of its interfaces only, and holds on to it', async () => {
    const vrf = await makeVrf(netbox());
    const [one, two] = [await makeDevice(netbox(), parts), await makeDevice(netbox(), parts)];
    const [port, second, foreign] = [
      await makeInterface(netbox(), one, 'e1'),
      await makeInterface(netbox(), one, 'e2'),
      await makeInterface(netbox(), two, 'e1'),
    ];
    const ip = await netbox().make(addresses, {
      address: '10.77.0.1/24',
      vrf: vrf.id,
      assigned_object_type: 'dcim.interface',
      assigned_object_id: port.id,
    });
    expect(await netbox().refused('PATCH', `${devices}${two.id}/`, { primary_ip4: ip.id })).toEqual({
      primary_ip4: ['The specified IP address (10.77.0.1/24) is not assigned to this device.'],
    });
    expect(await netbox().refused('PATCH', `${devices}${one.id}/`, { primary_ip6: ip.id })).toEqual({
      primary_ip6: ['10.77.0.1/24 is not an IPv6 address.'],
    });
    const device = await netbox().patch(devices, one.id, {
      primary_ip4: { address: '10.77.0.1/24', vrf: { id: vrf.id } },
    });
    expect(device).toMatchObject({ primary_ip4: { id: ip.id, address: '10.77.0.1/24' }, primary_ip: { id: ip.id } });
    const held = 'Cannot reassign IP address while it is designated as the primary IP for the parent object';
    expect(
      await netbox().refused('PATCH', `${addresses}${ip.id}/`, {
        assigned_object_type: null,
        assigned_object_id: null,
      }),
    ).toEqual({
      __all__: [held],
    });
    expect(await netbox().refused('PATCH', `${addresses}${ip.id}/`, { assigned_object_id: foreign.id })).toEqual({
      __all__: [held],
    });
    await netbox().patch(addresses, ip.id, { assigned_object_id: second.id });
    expect((await netbox().send('DELETE', `${addresses}${ip.id}/`)).status).toBe(204);
    expect(await netbox().get(`${devices}${one.id}/`)).toMatchObject({ primary_ip4: null, primary_ip: null });
  });

  it('finds devices by what they are, where they are and what they have', async () => {
    const device = await makeDevice(netbox(), parts, { serial: netbox().tag });
    await makeInterface(netbox(), device, 'e1');
    const name = encodeURIComponent(String(device.name));
    for (const filter of [
      `name=${name}`,
      `name__ie=${name.toUpperCase()}&site_id=${parts.site.id}&tenant_id=null`,
      `serial=${netbox().tag}`,
      `site=${parts.site.slug}&serial=${netbox().tag}`,
      `role=${parts.role.slug}&serial=${netbox().tag}`,
      `device_type_id=${parts.type.id}&serial=${netbox().tag}`,
      `manufacturer=${parts.manufacturer.slug}&serial=${netbox().tag}`,
      `rack_id=null&serial=${netbox().tag}`,
      `has_primary_ip=false&serial=${netbox().tag}`,
      `interfaces=true&serial=${netbox().tag}`,
      `interface_count=1&serial=${netbox().tag}`,
    ]) {
      expect(await netbox().ids(`${devices}?${filter}`), filter).toEqual([device.id]);
    }
    expect(await netbox().ids(`${devices}?serial=${netbox().tag}&has_primary_ip=true`)).toEqual([]);
  });
});
