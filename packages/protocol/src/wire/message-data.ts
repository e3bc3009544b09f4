import type { DescField } from '@bufbuild/protobuf';
import { isReflectList, isReflectMap, isReflectMessage, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { JsonObject, JsonValue } from '../json.js';
import { customFieldValue } from './custom-field-value.js';
import { LEFT_OUT, rewrite } from './netbox-names.js';
import { modelKey, realNumber, wholeNumber } from './scalars.js';
import { calendarDate } from './time.js';

/**
 * A message of diode.v1 as NetBox's REST fields: what is absent on the wire is absent here, a present empty message is `null`
 * (clear), a present empty string is `""`, a member of a oneof is a generic reference keyed by model (facts: diode-wire
 * §2.10a; DESIGN "Shapes"). Nothing here knows an object type: names that differ are in `netbox-names.ts`.
 */
export function messageData(fields: ReflectMessage): JsonObject {
  const data: Record<string, JsonValue> = {};
  for (const field of fields.desc.fields) {
    if (LEFT_OUT.has(field.name) || !fields.isSet(field)) continue;
    const value = fieldValue(fields.get(field));
    const prefix = genericPrefix(field);
    if (prefix === null) data[field.name] = value;
    else data[prefix] = value === null ? null : { [modelKey(field.name.slice(prefix.length + 1))]: value };
  }
  return rewrite(fields.desc.name, data);
}

/** A nested message: `null` when nothing at all is in it (clear), `{}` when only what Diode leaves out or does not know is. */
export function nestedData(fields: ReflectMessage): JsonObject | null {
  const empty = fields.fields.every((field) => !fields.isSet(field)) && (fields.getUnknown() ?? []).length === 0;
  return empty ? null : messageData(fields);
}

function fieldValue(value: unknown): JsonValue {
  if (isReflectMap(value)) {
    const entries = [...value].map(([key, item]): [string, JsonValue] => [String(key), mapValue(item)]);
    return Object.fromEntries(entries);
  }
  if (isReflectList(value)) return [...value].map((item) => (isReflectMessage(item) ? nestedData(item) : scalar(item)));
  if (isReflectMessage(value)) return isTimestamp(value) ? calendarDate(value) : nestedData(value);
  return scalar(value);
}

/** The only maps of diode.v1 are custom fields (and Structs, which only `metadata` holds). */
function mapValue(item: unknown): JsonValue {
  return isReflectMessage(item) ? customFieldValue(item, nestedData) : scalar(item);
}

function isTimestamp(value: ReflectMessage): boolean {
  return value.desc.typeName === 'google.protobuf.Timestamp';
}

function scalar(value: unknown): JsonValue {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value === 'number') return realNumber(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);
}

/** `assigned_object` for `assigned_object_interface`; null for a field outside a oneof. */
function genericPrefix(field: DescField): string | null {
  const name = field.oneof?.name;
  return name !== undefined && field.name.startsWith(`${name}_`) ? name : null;
}
