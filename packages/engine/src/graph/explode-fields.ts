import type { FieldRow, ObjectTypeRow } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import { normalize } from '../normal-form/normalize.js';
import { explodeCustomFields } from './explode-custom-fields.js';
import { explodeDeviceAddress } from './explode-device-address.js';
import { explodeGeneric } from './explode-generic.js';
import { explodeMac } from './explode-mac.js';
import { explodeReference, explodeReferences } from './explode-reference.js';
import { type Exploder, type Place, pointTo, problem } from './exploder.js';
import { type KeyReading, readKey } from './key-reading.js';
import { nearestField } from './nearest-field.js';
import type { FieldInput } from './node.js';

/** Read-only in NetBox, and found in every body that came out of it: not worth a word. */
const READ_ONLY: ReadonlySet<string> = new Set(['id', 'url', 'display', 'display_url', 'created', 'last_updated']);

/** Takes the fields of an object apart, into its node. What takes its context from other fields (a rack its site) comes after them. */
export function explodeFields(exploder: Exploder, place: Place): void {
  let dependent: string[] | null = null;
  for (const key of Object.keys(place.data)) {
    const reading = readKey(place.row, key);
    if (reading?.field.context === undefined) takeKey(exploder, place, key, reading);
    else if (dependent === null) dependent = [key];
    else dependent.push(key);
  }
  if (dependent !== null) for (const key of dependent) takeKey(exploder, place, key, readKey(place.row, key));
}

function takeKey(exploder: Exploder, place: Place, key: string, reading: KeyReading | undefined): void {
  const value = place.data[key];
  if (value === undefined) return;
  if (reading === undefined || (reading.isAlias && Object.hasOwn(place.data, reading.field.name))) {
    if (READ_ONLY.has(key) || !isTold(place, key)) return;
    exploder.unknown.push({
      field: dotted(place.pointer, key),
      reason: unknownReason(place.row, key, reading, exploder.unknown.length),
    });
    return;
  }
  if (reading.isPart) {
    explodeGeneric(exploder, place, reading.field, null);
    return;
  }
  const input = inputFor(exploder, place, { field: reading.field, key, value });
  if (input !== null) place.node.fields.set(reading.field.name, input);
}

/** A reference as NetBox itself shows it (with a `url`) carries fields nobody asserts: `_depth`, `device_count`. */
function isTold(place: Place, key: string): boolean {
  return (
    place.depth === 0 || (!key.startsWith('_') && !Object.hasOwn(place.data, 'url') && !Object.hasOwn(place.data, 'id'))
  );
}

/** `site.regoin`: where it stands in the entity. */
function dotted(pointer: string, key: string): string {
  return [...pointer.split('/').slice(1), key].join('.');
}

/** What a value becomes: itself in normal form, or nodes. null = a problem was noted, or there is nothing to say. */
export function inputFor(
  exploder: Exploder,
  place: Place,
  at: { readonly field: FieldRow; readonly key: string; readonly value: JsonValue },
): FieldInput | null {
  const { field, value } = at;
  switch (field.kind) {
    case 'reference':
      if (value === null) break;
      if (field.to?.[0] === 'dcim.macaddress')
        return explodeMac(exploder, place, field, value, pointTo(place.pointer, at.key));
      return deviceAddressOrReference(exploder, place, field, value, pointTo(place.pointer, at.key));
    case 'references':
    case 'tags':
      return value === null
        ? { kind: 'nodes', nodes: [] }
        : explodeReferences(exploder, place, field, value, pointTo(place.pointer, at.key));
    case 'generic_reference':
      return explodeGeneric(exploder, place, field, value);
    case 'custom_fields':
      return explodeCustomFields(exploder, place, value, pointTo(place.pointer, at.key));
    default:
      break;
  }
  const normalized = normalize(field, value);
  if (normalized.kind === 'value') {
    const isHost = field.kind === 'ip_address' && typeof value === 'string' && !value.includes('/');
    return isHost
      ? { kind: 'value', value: normalized.value, hostOnly: true }
      : { kind: 'value', value: normalized.value };
  }
  problem(exploder, pointTo(place.pointer, at.key), 'invalid_value', {
    detail: `${field.name}: ${normalized.detail}`,
    remedy: normalized.remedy,
  });
  return null;
}

function deviceAddressOrReference(
  exploder: Exploder,
  place: Place,
  field: FieldRow,
  value: JsonValue,
  pointer: string,
): FieldInput | null {
  const address = explodeDeviceAddress(exploder, place, field, value, pointer);
  return address === undefined ? explodeReference(exploder, place, field, value, pointer) : address;
}

const MOST_HINTS = 10;

function unknownReason(row: ObjectTypeRow, key: string, reading: KeyReading | undefined, before: number): string {
  if (reading !== undefined) return `${reading.field.name} is given as well, and ${key} is another name for it`;
  // Looking for what was meant takes time, and a body may hold thousands of names.
  const meant = before < MOST_HINTS ? nearestField(row, key) : null;
  const hint = meant === null ? 'custom fields go under custom_fields' : `did you mean ${meant}?`;
  return `${row.name} has no field of this name that Diode writes; ${hint}`;
}
