import type { ObjectTypeRow } from '@diode/catalogue';
import type { Change, PlannedValue } from '@diode/engine';
import type { JsonObject, JsonValue } from '@diode/protocol';
import { resolved } from './references.js';

const CUSTOM = 'custom_fields.';

/**
 * The fields to send in normal form, ids in place of references. Custom fields are named one by one in a plan and sent as one object, which
 * NetBox merges key by key (facts/netbox.md §5.5). `undefined` when a reference has no id.
 */
export function valuesOf(
  fields: readonly (readonly [string, PlannedValue])[],
  idOf: (key: string) => number | null,
): JsonObject | undefined {
  const values: Record<string, JsonValue> = {};
  const custom: Record<string, JsonValue> = {};
  for (const [name, planned] of fields) {
    const value = resolved(planned, idOf);
    if (value === undefined) return undefined;
    if (name.startsWith(CUSTOM)) custom[name.slice(CUSTOM.length)] = value;
    else values[name] = value;
  }
  return Object.keys(custom).length === 0 ? values : { ...values, custom_fields: custom };
}

/** What the journal keeps of how it was. */
export function beforeOf(change: Change, fields: readonly (readonly [string, PlannedValue])[]): JsonObject {
  return Object.fromEntries(fields.map(([name]) => [name, change.fields[name]?.from ?? null]));
}

/** Does this type hang on a device that makes its components itself when it is created (interface templates)? */
export function isComponent(row: ObjectTypeRow | undefined): boolean {
  return row?.containment.includes('device') === true;
}
