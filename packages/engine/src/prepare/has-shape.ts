import { type FieldRow, type ObjectTypeRow, objectType } from '@diode/catalogue';
import { isJsonObject, type JsonValue } from '@diode/protocol';
import { addressFamily } from './address-filter.js';

/**
 * Has the value the shape the field takes? A mapping fires only then, so that a `location` that is clearly a NetBox
 * location (an object naming its site) is not renamed to `site`. `null` fits everything: it clears.
 */
export function hasShape(value: JsonValue, field: FieldRow): boolean {
  if (value === null) return true;
  switch (field.kind) {
    case 'text':
    case 'nullable_text':
    case 'slug':
    case 'mac':
      return isScalar(value);
    case 'choice':
      return typeof value === 'string' || typeof value === 'number' || isJsonObject(value);
    case 'date':
    case 'datetime':
      return typeof value === 'string' || typeof value === 'number';
    case 'integer':
    case 'decimal':
      return (
        typeof value === 'number' ||
        (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
      );
    case 'boolean':
      return typeof value === 'boolean';
    case 'ip_address':
    case 'ip_prefix':
      return addressFamily(value) !== null;
    case 'reference':
      return isReferenceTo(value, field);
    case 'generic_reference':
    case 'custom_fields':
      return isJsonObject(value);
    case 'references':
    case 'tags':
    case 'integers':
    case 'ranges':
    case 'texts':
      return Array.isArray(value);
    case 'json':
      return true;
  }
}

/** Text, or an object that speaks of nothing the type referred to does not have. */
function isReferenceTo(value: JsonValue, field: FieldRow): boolean {
  if (typeof value === 'string') return fitsFamily(value, field);
  if (!isJsonObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && (field.to ?? []).some((type) => knowsAll(objectType(type), keys));
}

function knowsAll(row: ObjectTypeRow | undefined, keys: readonly string[]): boolean {
  return row !== undefined && keys.every((key) => key === 'id' || row.fields.some((field) => field.name === key));
}

/** An IPv6 address is no `primary_ip4`. */
function fitsFamily(value: string, field: FieldRow): boolean {
  if (field.name !== 'primary_ip4' && field.name !== 'primary_ip6') return true;
  return addressFamily(value) === (field.name === 'primary_ip4' ? 4 : 6);
}

function isScalar(value: JsonValue): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
