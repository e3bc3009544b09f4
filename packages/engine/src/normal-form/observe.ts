import type { FieldRow, ObjectTypeRow } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import type { Observed } from '../contract.js';
import { normalize } from './normalize.js';

/**
 * NetBox's REST representation → normal form: references as ids, choices as raw values, tags as slugs, a generic reference as its pair of fields.
 * Fields the answer does not have stay absent (an older NetBox, or `fields=`).
 */
export function observe(row: ObjectTypeRow, rest: JsonObject): Observed {
  const data: Record<string, JsonValue> = {};
  for (const field of row.fields) {
    if (field.kind === 'generic_reference') {
      copyPart(rest, data, `${field.name}_type`);
      copyPart(rest, data, `${field.name}_id`);
      continue;
    }
    const raw = rest[field.name];
    if (raw !== undefined) data[field.name] = observedValue(field, raw);
  }
  return {
    objectType: row.name,
    id: typeof rest.id === 'number' ? rest.id : Number(rest.id ?? 0),
    url: text(rest.display_url) ?? text(rest.url) ?? '',
    data,
    lastUpdated: text(rest.last_updated),
  };
}

function observedValue(field: FieldRow, raw: JsonValue): JsonValue {
  switch (field.kind) {
    case 'reference':
      return isJsonObject(raw) ? (raw.id ?? null) : raw;
    case 'references':
      return ids(raw);
    case 'tags':
      return list(raw)
        .map((tag) => (isJsonObject(tag) ? (tag.slug ?? tag.name ?? null) : tag))
        .filter((slug) => typeof slug === 'string')
        .sort();
    case 'choice':
      return isJsonObject(raw) ? (raw.value ?? null) : raw === '' ? null : raw;
    case 'custom_fields':
      return isJsonObject(raw)
        ? Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, customValue(value)]))
        : {};
    case 'json':
      return raw;
    default: {
      const { required: _, maxLength: __, min: ___, max: ____, ...lenient } = field;
      const normalized = normalize(lenient, raw);
      // NetBox is right about its own data, also where it is older or newer than the catalogue.
      return normalized.kind === 'value' ? normalized.value : raw;
    }
  }
}

/** Objects a custom field points at become ids; 4.7's `{value, label}` the value (facts/netbox.md §5.5). */
function customValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(customValue);
  if (!isJsonObject(value)) return value;
  if (typeof value.id === 'number' && typeof value.url === 'string') return value.id;
  if (value.value !== undefined && value.label !== undefined && Object.keys(value).length === 2) return value.value;
  return value;
}

function ids(raw: JsonValue): JsonValue {
  return list(raw)
    .map((item) => (isJsonObject(item) ? item.id : item))
    .filter((id) => typeof id === 'number')
    .sort((a, b) => a - b);
}

function list(raw: JsonValue): readonly JsonValue[] {
  return Array.isArray(raw) ? (raw as readonly JsonValue[]) : [];
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function copyPart(rest: JsonObject, data: Record<string, JsonValue>, name: string): void {
  const raw = rest[name];
  if (raw !== undefined) data[name] = isJsonObject(raw) ? (raw.value ?? null) : raw;
}
