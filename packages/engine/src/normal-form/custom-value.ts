import { isJsonObject, type JsonValue } from '@diode/protocol';
import { normalizeBoolean } from './boolean.js';
import { normalizeJson } from './json.js';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';
import { toNumber } from './number.js';
import { instantOf, normalizeDate } from './time.js';

/**
 * A custom field's value as its type wants it (facts/netbox.md §5.5). NetBox takes no number as text there, which is all a CSV can say, and refuses
 * the whole object for one value; types this does not know are left to NetBox.
 */
export function normalizeCustomValue(type: JsonValue | undefined, value: JsonValue): Normalized {
  if (value === null) return normal(null);
  const storable = normalizeJson(value);
  if (storable.kind === 'invalid') return storable;
  switch (type) {
    case 'text':
    case 'longtext':
    case 'url':
    case 'select':
      return textOf(value);
    case 'boolean':
      return value === '' ? normal(null) : normalizeBoolean(value);
    case 'integer':
    case 'decimal':
      return numberOf(type, value);
    case 'date':
      return value === '' ? normal(null) : normalizeDate(value);
    case 'datetime':
      return value === '' ? normal(null) : momentOf(value);
    case 'multiselect':
      return listOf(value, textOf, 'Send a list of choices.');
    case 'object':
      return idOf(value);
    case 'multiobject':
      return listOf(value, idOf, 'Send a list of NetBox ids.');
    default:
      return normal(value);
  }
}

function textOf(value: JsonValue): Normalized {
  if (typeof value === 'string') return normal(value);
  if (typeof value === 'number' || typeof value === 'boolean') return normal(String(value));
  return invalid(`${excerpt(value)} is not text`, 'Send a string.');
}

function numberOf(type: 'integer' | 'decimal', value: JsonValue): Normalized {
  if (value === '') return normal(null);
  const number = toNumber(value);
  if (number === null) return invalid(`${excerpt(value)} is not a number`, 'Send a number.');
  if (type === 'integer' && !Number.isSafeInteger(number))
    return invalid(`${excerpt(value)} is not a whole number`, 'Send a whole number.');
  return normal(number + 0);
}

const NAIVE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,6})?)?)?$/;

/** Without a zone it is NetBox's own, which keeps such a moment with its `T` and its seconds. */
function momentOf(value: JsonValue): Normalized {
  const naive = typeof value === 'string' ? NAIVE.exec(value) : null;
  if (naive !== null && instantOf(`${value}${naive[2] === undefined ? 'T00:00' : ''}Z`) !== null) {
    const [, day = '', time = '00:00', rest = ':00'] = naive;
    return normal(`${day}T${time}${rest}`);
  }
  if (typeof value === 'string' && instantOf(value) !== null) return normal(value);
  return invalid(`${excerpt(value)} is not a moment`, 'Send a time such as 2026-01-31T12:00:00Z.');
}

/** By id only: what NetBox would find by a name here, Diode could not compare with what is there, and would write each time (I5). */
function idOf(value: JsonValue): Normalized {
  const id = toNumber(isJsonObject(value) ? (value.id ?? null) : value);
  if (id !== null && Number.isSafeInteger(id) && id > 0) return normal(id);
  return invalid(`${excerpt(value)} is no NetBox id`, 'Send the id of the object: {"id": 7}.');
}

function listOf(value: JsonValue, one: (item: JsonValue) => Normalized, remedy: string): Normalized {
  if (!Array.isArray(value)) return invalid(`${excerpt(value)} is not a list`, remedy);
  const items: JsonValue[] = [];
  for (const item of value as readonly JsonValue[]) {
    const normalized = one(item);
    if (normalized.kind === 'invalid') return normalized;
    items.push(normalized.value);
  }
  return normal(items);
}
