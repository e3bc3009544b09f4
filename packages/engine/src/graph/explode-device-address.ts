import { type FieldRow, objectType } from '@diode/catalogue';
import { isJsonObject, type JsonValue } from '@diode/protocol';
import { readAddress } from '../normal-form/address.js';
import { excerpt } from '../normal-form/normalized.js';
import { type Exploder, own, type Place, problem } from './exploder.js';
import { makeNode } from './make-node.js';
import type { FieldInput } from './node.js';

/** Fields of a device that name one of its own addresses, and the family each takes. */
const FAMILY: Readonly<Record<string, 4 | 6 | null>> = { primary_ip4: 4, primary_ip6: 6, oob_ip: null };

/**
 * A device's own address, given as an address and nothing that says on which interface: where it goes is found out later. undefined = it is an
 * ordinary reference; null = a problem was noted.
 */
export function explodeDeviceAddress(
  exploder: Exploder,
  place: Place,
  field: FieldRow,
  value: JsonValue,
  pointer: string,
): FieldInput | null | undefined {
  if (place.row.name !== 'dcim.device' || !Object.hasOwn(FAMILY, field.name)) return undefined;
  const text = addressText(value);
  if (text === null) return undefined;
  const read = readAddress(text.trim());
  const family = FAMILY[field.name] ?? null;
  if (read === null || (family !== null && read.family !== family)) {
    problem(exploder, pointer, 'invalid_value', {
      detail: `${field.name}: ${excerpt(text)} is no ${family === null ? 'IP' : `IPv${family}`} address`,
      remedy: `Send an address such as ${family === 6 ? '2001:db8::1/64' : '10.0.0.1/24'}.`,
    });
    return null;
  }
  const { host, length, hasMask } = read;
  const fields = otherFields(exploder, place, value, pointer);
  return {
    kind: 'address',
    address: { host, address: `${host}/${length}`, hasMask, family: read.family, fields, pointer },
  };
}

/** The address of a description that names neither interface nor VRF; null for anything else. */
function addressText(value: JsonValue): string | null {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value) || own(value, 'id') !== undefined) return null;
  const placed = ['assigned_object', 'assigned_object_type', 'assigned_object_id', 'vrf'].some(
    (key) => (own(value, key) ?? null) !== null,
  );
  const address = own(value, 'address');
  return !placed && typeof address === 'string' ? address : null;
}

function otherFields(
  exploder: Exploder,
  place: Place,
  value: JsonValue,
  pointer: string,
): ReadonlyMap<string, FieldInput> {
  const row = objectType('ipam.ipaddress');
  if (row === undefined || !isJsonObject(value)) return new Map();
  const node = makeNode({
    order: -1,
    row,
    shape: 'derived',
    mention: { entry: exploder.entry, pointer, because: null },
  });
  exploder.fields(exploder, { row, data: value, pointer, depth: place.depth + 1, label: '', node });
  node.fields.delete('address');
  node.fields.delete('vrf');
  node.fields.delete('assigned_object');
  return node.fields;
}
