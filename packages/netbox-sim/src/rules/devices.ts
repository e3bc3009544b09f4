import type { Engine } from '../engine.js';
import { familyOf } from '../network/address.js';
import { displayOf } from '../represent/display.js';
import { type Row, textOf } from '../store/row.js';
import type { Json } from '../tables/table-shapes.js';
import { wrong } from '../write/refusal.js';
import { spaceFor } from './rack-space.js';
import type { CleanContext, Rule } from './rules.js';

const show = (engine: Engine, model: string, row: Row | undefined): string =>
  row ? displayOf(engine, engine.tables.require(model), row) : 'None';

function device(context: CleanContext): undefined {
  const { engine, type, row } = context;
  const get = (column: string): Row | undefined => engine.related(type, row, column);
  const [site, rack, location, deviceType] = [get('site'), get('rack'), get('location'), get('device_type')];
  if (rack && rack.site !== row.site) {
    throw wrong(
      'rack',
      `Rack ${show(engine, 'dcim.rack', rack)} does not belong to site ${show(engine, 'dcim.site', site)}.`,
    );
  }
  if (location && location.site !== row.site) {
    throw wrong('location', `Location ${location.name} does not belong to site ${show(engine, 'dcim.site', site)}.`);
  }
  if (rack && location && rack.location !== row.location) {
    throw wrong('rack', `Rack ${show(engine, 'dcim.rack', rack)} does not belong to location ${location.name}.`);
  }
  checkPosition(context, rack, deviceType);
  for (const column of ['primary_ip4', 'primary_ip6', 'oob_ip']) checkAddress(context, column);
  checkPlatform(context, deviceType);
  if (row.virtual_chassis !== null && row.vc_position === null) {
    throw wrong('vc_position', 'A device assigned to a virtual chassis must have its position defined.');
  }
  const [ledId] = row.id === 0 ? [] : engine.db.table('dcim.virtualchassis').where('master', row.id);
  const led = engine.row('dcim.virtualchassis', ledId);
  if (led && led.id !== row.virtual_chassis) {
    throw wrong(
      'virtual_chassis',
      `Device cannot be removed from virtual chassis ${led.name} because it is currently designated as its master.`,
    );
  }
}

function checkPosition({ engine, row }: CleanContext, rack: Row | undefined, deviceType: Row | undefined): void {
  const position = row.position;
  if (!rack) {
    if (row.face) throw wrong('face', 'Cannot select a rack face without assigning a rack.');
    if (position) throw wrong('position', 'Cannot select a rack position without assigning a rack.');
    return;
  }
  if (typeof position === 'number' && position % 0.5 !== 0) {
    throw wrong('position', 'Position must be in increments of 0.5 rack units.');
  }
  if (position && !row.face) throw wrong('face', 'Must specify rack face when defining rack position.');
  const height = Number(deviceType?.u_height ?? 1);
  if (position && height === 0) {
    throw wrong('position', `A 0U device type (${deviceType?.model}) cannot be assigned to a rack position.`);
  }
  if (deviceType?.subdevice_role === 'child' && row.face) {
    throw wrong(
      'face',
      'Child device types cannot be assigned to a rack face. This is an attribute of the parent device.',
    );
  }
  if (typeof position === 'number' && deviceType && !spaceFor(engine, rack, row, deviceType)) {
    throw wrong(
      'position',
      `U${position.toFixed(1)} is already occupied or does not have sufficient space to accommodate this device type: ${deviceType.model} (${height.toFixed(1)}U)`,
    );
  }
}

/** A primary or out-of-band address must sit on an interface of the device, of its chassis, or be NAT to one that does. */
function checkAddress({ engine, row }: CleanContext, column: string): void {
  const ip = engine.row('ipam.ipaddress', row[column]);
  if (!ip) return;
  const family = column === 'primary_ip4' ? 4 : column === 'primary_ip6' ? 6 : null;
  if (family !== null && familyOf(textOf(ip.address)) !== family) {
    throw wrong(column, `${ip.address} is not an IPv${family} address.`);
  }
  const inside = engine.row('ipam.ipaddress', ip.nat_inside);
  if (isOnDevice(engine, row, ip) || (inside && isOnDevice(engine, row, inside))) return;
  throw wrong(column, `The specified IP address (${ip.address}) is not assigned to this device.`);
}

export function isOnDevice(engine: Engine, device: Row, ip: Row): boolean {
  if (ip.assigned_object_type !== 'dcim.interface') return false;
  const holder = engine.row('dcim.device', engine.row('dcim.interface', ip.assigned_object_id)?.device);
  if (!holder) return false;
  return (
    holder.id === device.id || (device.virtual_chassis !== null && holder.virtual_chassis === device.virtual_chassis)
  );
}

function checkPlatform({ engine, type, row }: CleanContext, deviceType: Row | undefined): void {
  const limit: Json = engine.related(type, row, 'platform')?.manufacturer ?? null;
  if (limit === null || !deviceType || limit === deviceType.manufacturer) return;
  const name = (id: Json | undefined): string => textOf(engine.row('dcim.manufacturer', id)?.name);
  throw wrong(
    'platform',
    `The assigned platform is limited to ${name(limit)} device types, but this device's type belongs to ${name(deviceType.manufacturer)}.`,
  );
}

function deviceType({ engine, row, before }: CleanContext): undefined {
  const height = Number(row.u_height);
  if (height % 0.5 !== 0) throw wrong('u_height', 'U height must be in increments of 0.5 rack units.');
  if (
    before &&
    row.subdevice_role !== 'parent' &&
    engine.db.table('dcim.devicebaytemplate').where('device_type', row.id).size > 0
  ) {
    throw wrong(
      'subdevice_role',
      'Must delete all device bay templates associated with this device before declassifying it as a parent device.',
    );
  }
  if (height > 0 && row.subdevice_role === 'child') throw wrong('u_height', 'Child device types must be 0U.');
}

function virtualChassis({ engine, row, before }: CleanContext): undefined {
  const master = engine.row('dcim.device', row.master);
  if (before && master && master.virtual_chassis !== row.id) {
    throw wrong(
      'master',
      `The selected master (${show(engine, 'dcim.device', master)}) is not assigned to this virtual chassis.`,
    );
  }
}

export const deviceRules: Readonly<Record<string, Rule>> = {
  'dcim.device': { clean: device },
  'dcim.devicetype': { clean: deviceType },
  'dcim.virtualchassis': { clean: virtualChassis },
};
