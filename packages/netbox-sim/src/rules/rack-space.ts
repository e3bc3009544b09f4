import type { Engine } from '../engine.js';
import type { Row } from '../store/row.js';

/** Whether the device fits at its position: half units, both faces where its type is of full depth. */
export function spaceFor(engine: Engine, rack: Row, device: Row, deviceType: Row): boolean {
  const rackType = engine.row('dcim.racktype', rack.rack_type);
  const first = Number((rackType ?? rack).starting_unit ?? 1);
  const height = Number((rackType ?? rack).u_height ?? 42);
  const [low, high] = span(device, deviceType);
  if (low < first || high > first + height) return false;
  const fullDepth = deviceType.is_full_depth === true;
  for (const id of engine.db.table('dcim.device').where('rack', rack.id)) {
    const other = engine.row('dcim.device', id);
    const otherType = engine.row('dcim.devicetype', other?.device_type);
    if (!other || !otherType || other.id === device.id || other.position === null) continue;
    if (!fullDepth && otherType.is_full_depth !== true && other.face !== device.face) continue;
    const [from, to] = span(other, otherType);
    if (low < to && from < high) return false;
  }
  return true;
}

const span = (device: Row, deviceType: Row): [number, number] => {
  const position = Number(device.position);
  return [position, position + Number(deviceType.u_height)];
};
