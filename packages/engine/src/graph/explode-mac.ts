import { type FieldRow, objectType } from '@diode/catalogue';
import { isJsonObject, type JsonValue } from '@diode/protocol';
import { normalizeMac } from '../normal-form/normalize.js';
import { explodeReference } from './explode-reference.js';
import { addNode, type Exploder, own, type Place, problem } from './exploder.js';
import type { FieldInput } from './node.js';

const ASSIGNED: ReadonlySet<string> = new Set(['assigned_object']);

/**
 * A MAC address is an object of its own since NetBox 4.2: one assigned to this interface is meant, whether it was given as text or as an object
 * without an assignment. The interface's pointer to it is set late.
 */
export function explodeMac(
  exploder: Exploder,
  place: Place,
  field: FieldRow,
  value: JsonValue,
  pointer: string,
): FieldInput | null {
  const row = objectType('dcim.macaddress');
  const described =
    isJsonObject(value) && own(value, 'id') === undefined && own(value, 'assigned_object') === undefined;
  if (row === undefined || (typeof value !== 'string' && !described) || own(place.data, field.name) === null) {
    return explodeReference(exploder, place, field, value, pointer);
  }
  if (isJsonObject(value) && (own(value, 'assigned_object_type') ?? null) !== null) {
    return explodeReference(exploder, place, field, value, pointer);
  }
  const node = addNode(exploder, {
    row,
    shape: 'derived',
    writes: place.node.shape === 'asserted' ? ASSIGNED : 'none',
    mention: { entry: exploder.entry, pointer, because: `MAC address of interface ${place.label}` },
  });
  if (typeof value === 'string') {
    const mac = normalizeMac(value);
    if (mac.kind === 'invalid') {
      problem(exploder, pointer, 'invalid_value', { detail: `${field.name}: ${mac.detail}`, remedy: mac.remedy });
      return null;
    }
    node.fields.set('mac_address', { kind: 'value', value: mac.value });
  } else if (isJsonObject(value)) {
    exploder.fields(exploder, { row, data: value, pointer, depth: place.depth + 1, label: '', node });
    if (!node.fields.has('mac_address')) {
      problem(exploder, pointer, 'invalid_reference', {
        detail: `${field.name}: mac_address is missing`,
        remedy: 'Send the address as text, or {"mac_address": "00:1C:73:00:00:01"}.',
      });
      return null;
    }
  }
  node.fields.set('assigned_object', { kind: 'node', node: place.node });
  return { kind: 'node', node };
}
