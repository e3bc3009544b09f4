import { type FieldRow, fieldOf, type ObjectTypeRow } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import { normalize } from '../normal-form/normalize.js';
import { explodeCustomFields } from './explode-custom-fields.js';
import { explodeDeviceAddress } from './explode-device-address.js';
import { explodeGeneric, genericPart } from './explode-generic.js';
import { explodeMac } from './explode-mac.js';
import { explodeReference, explodeReferences } from './explode-reference.js';
import { type Exploder, own, type Place, pointTo, problem } from './exploder.js';
import type { FieldInput } from './node.js';

/** Read-only in NetBox, and found in every body that came out of it: not worth a word. */
const READ_ONLY: ReadonlySet<string> = new Set(['id', 'url', 'display', 'display_url', 'created', 'last_updated']);

/** Takes the fields of an object apart, into its node. What takes its context from other fields (a rack its site) comes after them. */
export function explodeFields(exploder: Exploder, place: Place): void {
  const dependent: string[] = [];
  for (const key of Object.keys(place.data)) {
    if (fieldOf(place.row, key)?.context !== undefined) dependent.push(key);
    else takeKey(exploder, place, key);
  }
  for (const key of dependent) takeKey(exploder, place, key);
}

function takeKey(exploder: Exploder, place: Place, key: string): void {
  const value = own(place.data, key);
  if (value !== undefined) explodeField(exploder, place, key, value);
}

function explodeField(exploder: Exploder, place: Place, key: string, value: JsonValue): void {
  const { row, node } = place;
  const part = genericPart(row, key);
  if (part !== null) {
    explodeGeneric(exploder, place, part, null);
    return;
  }
  const name = fieldName(row, key, place);
  const field = name === null ? undefined : fieldOf(row, name);
  if (field === undefined) {
    if (place.depth === 0 && !READ_ONLY.has(key))
      exploder.unknown.push({ field: key, reason: unknownReason(row, key) });
    return;
  }
  const input = inputFor(exploder, place, { field, key, value });
  if (input !== null) node.fields.set(field.name, input);
}

/** What a value becomes: itself in normal form, or nodes. null = a problem was noted, or there is nothing to say. */
export function inputFor(
  exploder: Exploder,
  place: Place,
  at: { readonly field: FieldRow; readonly key: string; readonly value: JsonValue },
): FieldInput | null {
  const { field, value } = at;
  const pointer = pointTo(place.pointer, at.key);
  switch (field.kind) {
    case 'reference':
      if (value === null) break;
      if (field.to?.[0] === 'dcim.macaddress') return explodeMac(exploder, place, field, value, pointer);
      return (
        explodeDeviceAddress(exploder, place, field, value, pointer) ??
        explodeReference(exploder, place, field, value, pointer)
      );
    case 'references':
    case 'tags':
      return value === null ? { kind: 'nodes', nodes: [] } : explodeReferences(exploder, place, field, value, pointer);
    case 'generic_reference':
      return explodeGeneric(exploder, place, field, value);
    case 'custom_fields':
      return explodeCustomFields(exploder, place, value, pointer);
    default:
      break;
  }
  const normalized = normalize(field, value);
  if (normalized.kind === 'value') return { kind: 'value', value: normalized.value };
  problem(exploder, pointer, 'invalid_value', {
    detail: `${field.name}: ${normalized.detail}`,
    remedy: normalized.remedy,
  });
  return null;
}

/** The built-in aliases hold where the name is not a field and the field itself is not given. */
function fieldName(row: ObjectTypeRow, key: string, place: Place): string | null {
  const alias = row.aliases !== undefined && Object.hasOwn(row.aliases, key) ? row.aliases[key] : undefined;
  if (alias === undefined) return key;
  return Object.hasOwn(place.data, alias) ? null : alias;
}

function unknownReason(row: ObjectTypeRow, key: string): string {
  const alias = row.aliases !== undefined && Object.hasOwn(row.aliases, key) ? row.aliases[key] : undefined;
  if (alias !== undefined) return `${alias} is given as well, and it is the same field`;
  return `${row.name} has no field of this name that Diode writes; custom fields go under custom_fields`;
}
