import type { FieldRow, ObjectTypeRow } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { objects } from '../show/json-fields.js';
import { type References, wantedOf } from './references.js';

/** An object as an import takes it, and what of it cannot be carried to another NetBox. */
export interface Exported {
  readonly data: JsonObject;
  /** `custom_fields.owner: points at an object by its id`. */
  readonly left: readonly string[];
}

/**
 * A row of NetBox (as it came, and in normal form) → the `data` of an entity: what it refers to described by what that is known by, tags by name, and
 * nothing that is empty, because an import takes an empty value for no opinion.
 */
export function toEntity(o: {
  row: ObjectTypeRow;
  raw: JsonObject;
  observed: JsonObject;
  fields: readonly FieldRow[];
  references: References;
}): Exported {
  const data: Record<string, JsonValue> = {};
  const left: string[] = [];
  for (const field of o.fields) {
    const value = exportedValue(o, field, left);
    if (!isEmpty(value)) data[field.name] = value;
  }
  return { data, left };
}

function exportedValue(
  o: { row: ObjectTypeRow; raw: JsonObject; observed: JsonObject; references: References },
  field: FieldRow,
  left: string[],
): JsonValue {
  const raw = o.raw[field.name];
  switch (field.kind) {
    case 'tags':
      return objects(raw).map((tag) => tag.name ?? null);
    case 'custom_fields':
      return customFields(raw, o.observed[field.name], left);
    case 'generic_reference':
      return generic(o, field, left);
    case 'reference':
    case 'references': {
      // The engine puts a MAC address given as text on this very interface.
      if (field.to?.[0] === 'dcim.macaddress') return isJsonObject(raw) ? (raw.mac_address ?? null) : null;
      const described = wantedOf(o.row, field.name, o.observed).map(({ type, id }) => {
        const one = o.references.describe(type, id);
        if (one === null) left.push(`${field.name}: ${type} ${id} has nothing to be known by`);
        return one;
      });
      const there = described.filter((one) => one !== null);
      // In an order that two NetBoxes share: ids are in that in which things were made.
      return field.kind === 'reference' ? (there[0] ?? null) : there.toSorted(byText);
    }
    default:
      return o.observed[field.name] ?? null;
  }
}

function byText(a: JsonObject, b: JsonObject): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function generic(
  o: { row: ObjectTypeRow; observed: JsonObject; references: References },
  field: FieldRow,
  left: string[],
): JsonValue {
  const [wanted] = wantedOf(o.row, field.name, o.observed);
  if (wanted === undefined) return null;
  const one = o.references.describe(wanted.type, wanted.id);
  if (one !== null) return { [wanted.type.slice(wanted.type.indexOf('.') + 1)]: one };
  left.push(`${field.name}: points at a ${wanted.type}, which Diode does not write`);
  return null;
}

/** Values by name. One that points at objects is an id of this NetBox, and would mean another object elsewhere. */
function customFields(raw: JsonValue | undefined, observed: JsonValue | undefined, left: string[]): JsonObject {
  const kept: Record<string, JsonValue> = {};
  if (!isJsonObject(raw) || !isJsonObject(observed)) return kept;
  for (const [name, value] of Object.entries(observed)) {
    if (isEmpty(value)) continue;
    if (pointsAtObjects(raw[name])) left.push(`custom_fields.${name}: points at objects by their ids`);
    else kept[name] = value;
  }
  return kept;
}

function pointsAtObjects(raw: JsonValue | undefined): boolean {
  const [first] = Array.isArray(raw) ? (raw as readonly JsonValue[]) : [raw];
  return isJsonObject(first) && typeof first.id === 'number' && typeof first.url === 'string';
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
