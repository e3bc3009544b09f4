import type { FieldRow } from '@diode/catalogue';
import { isJsonObject, type JsonValue } from '@diode/protocol';
import { normalizeAddress, normalizePrefix } from './address.js';
import { normalizeBoolean } from './boolean.js';
import { normalizeChoice } from './choice.js';
import { normalizeJson } from './json.js';
import { normalizeIntegers, normalizeRanges, normalizeTexts } from './lists.js';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';
import { normalizeNumber } from './number.js';
import { mayBeBlank, normalizeText } from './text.js';
import { normalizeDate, normalizeDatetime } from './time.js';

/**
 * The asserted value in the form NetBox holds (facts/netbox.md §5), so that comparing is equality. References are taken as ids here; names and
 * nested objects are nodes of the graph and never come this way. `null` clears (I7): text is cleared with "".
 */
export function normalize(field: FieldRow, value: JsonValue): Normalized {
  if (value === null) return cleared(field);
  switch (field.kind) {
    case 'text':
    case 'nullable_text':
    case 'slug':
      return normalizeText(field, value);
    case 'integer':
    case 'decimal':
      return normalizeNumber(field, value);
    case 'boolean':
      return normalizeBoolean(value);
    case 'choice':
      return normalizeChoice(field, value);
    case 'date':
      return normalizeDate(value);
    case 'datetime':
      return normalizeDatetime(value);
    case 'mac':
      return typeof value === 'string' ? normalizeMac(value) : notText(value);
    case 'ip_address':
      return typeof value === 'string' ? normalizeAddress(value.trim()) : notText(value);
    case 'ip_prefix':
      return typeof value === 'string' ? normalizePrefix(value.trim()) : notText(value);
    case 'reference':
      return normalizeId(value);
    case 'references':
    case 'integers':
      return normalizeIntegers(value);
    case 'tags':
    case 'texts':
      return normalizeTexts(value);
    case 'ranges':
      return normalizeRanges(value);
    case 'generic_reference':
    case 'custom_fields':
      return isJsonObject(value) ? normal(value) : invalid(`${excerpt(value)} is not an object`, 'Send an object.');
    case 'json':
      return normalizeJson(value);
  }
}

function cleared(field: FieldRow): Normalized {
  if (field.required === true)
    return invalid('NetBox does not let this field be empty', 'Send a value, or leave the field out.');
  if (field.nullable === true || field.kind === 'nullable_text' || field.kind === 'json') return normal(null);
  if (field.kind === 'text' && mayBeBlank(field)) return normal('');
  if (field.kind === 'references' || field.kind === 'tags' || field.kind === 'texts') return normal([]);
  return invalid('NetBox does not let this field be empty', 'Send a value, or leave the field out.');
}

/** Twelve hexadecimal digits in any notation → `AA:BB:CC:DD:EE:FF`. */
export function normalizeMac(text: string): Normalized {
  const digits = text.length <= 40 ? text.replace(/[\s:.-]/g, '').toUpperCase() : '';
  const octets = /^[0-9A-F]{12}$/.test(digits) ? digits.match(/../g) : null;
  if (octets === null) return invalid(`${excerpt(text)} is not a MAC address`, 'Send six octets: 00:1C:73:00:00:01.');
  return normal(octets.join(':'));
}

function normalizeId(value: JsonValue): Normalized {
  const id = isJsonObject(value) ? (value.id ?? null) : value;
  if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) return normal(id);
  return invalid(`${excerpt(value)} is no NetBox id`, 'Send a name, an object of identifying fields, or {"id": 7}.');
}

function notText(value: JsonValue): Normalized {
  return invalid(`${excerpt(value)} is not text`, 'Send a string.');
}
