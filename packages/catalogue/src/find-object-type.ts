import { OBJECT_TYPES } from './all-object-types.js';
import type { FieldRow, ObjectTypeName, ObjectTypeRow } from './object-type.js';

const byName = new Map(OBJECT_TYPES.map((row) => [row.name, row]));
const byWord = new Map(OBJECT_TYPES.flatMap((row) => words(row).map((word) => [word, row] as const)));
const fieldsOf = new Map(OBJECT_TYPES.map((row) => [row, new Map(row.fields.map((field) => [field.name, field]))]));

/** The row of `dcim.device`; undefined for a type Diode does not write. */
export function objectType(name: ObjectTypeName): ObjectTypeRow | undefined {
  return byName.get(name);
}

/** Takes NetBox's collection with hyphens or underscores, or its singular: `ip-addresses`, `ip_addresses`, `ip_address`, `ipaddress`. */
export function byCollection(name: string): ObjectTypeRow | undefined {
  return byWord.get(name.trim().toLowerCase().replaceAll('-', '_'));
}

/** The field of that name; undefined when NetBox's type has none that Diode writes. */
export function fieldOf(row: ObjectTypeRow, name: string): FieldRow | undefined {
  return fieldsOf.get(row)?.get(name);
}

function words(row: ObjectTypeRow): readonly string[] {
  const plural = row.collection.replaceAll('-', '_');
  const singular = plural
    .replace(/sses$/, 'ss')
    .replace(/xes$/, 'x')
    .replace(/(?<!s)s$/, '');
  return [plural, singular, row.name.slice(row.name.indexOf('.') + 1)];
}
