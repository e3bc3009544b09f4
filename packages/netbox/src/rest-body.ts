import type { ObjectTypeRow } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';

/**
 * Normal form → what NetBox's REST API takes: tags as `[{slug}]`, a generic reference as its pair of fields, text never null (a null there is a
 * 400, facts/netbox.md §5.1). References are ids already.
 */
export function toRestBody(row: ObjectTypeRow, values: JsonObject): JsonObject {
  const body: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(values)) {
    const field = row.fields.find((one) => one.name === name);
    switch (field?.kind) {
      case 'tags':
        body[name] = Array.isArray(value)
          ? value.map((tag: JsonValue) => (typeof tag === 'string' ? { slug: tag } : tag))
          : [];
        break;
      case 'generic_reference': {
        const [type, id] = genericParts(value);
        body[`${name}_type`] = type;
        body[`${name}_id`] = id;
        break;
      }
      case 'text':
        body[name] = value ?? '';
        break;
      default:
        body[name] = value;
    }
  }
  return body;
}

function genericParts(value: JsonValue): readonly [JsonValue, JsonValue] {
  if (isJsonObject(value)) return [value.type ?? value.object_type ?? null, value.id ?? value.object_id ?? null];
  return [null, null];
}
