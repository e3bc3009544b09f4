import type { Engine } from '../engine.js';
import { toTimestamp } from '../filter/filter-values.js';
import { formatNetwork, normaliseMac, parseNetwork } from '../network/address.js';
import type { FieldSpec, Json, TypeTable } from '../tables/table-shapes.js';
import { parseContentTypes, parseIds, parseTags } from './parse-list.js';
import { bad, type Parsed } from './parsed.js';
import { pythonStr, pythonTypeName } from './python-text.js';
import { serverError } from './refusal.js';
import { findRelated } from './related-object.js';

const good = (value: Json): Parsed => ({ value });

/** What Django REST Framework does with one field's value, null included. */
export function parseField(engine: Engine, type: TypeTable, field: FieldSpec, raw: Json): Parsed {
  if (raw === null && field.kind === 'choice') return field.null ? good(null) : parseChoice(field, '');
  if (raw === null) return field.null ? good(null) : bad('This field may not be null.');
  switch (field.kind) {
    case 'text':
      return parseText(type, field, raw);
    case 'int':
      return parseInteger(field, raw);
    case 'bool':
      return parseBoolean(raw);
    case 'decimal':
      return parseDecimal(field, raw);
    case 'choice':
      return parseChoice(field, raw);
    case 'plain-choice':
      return raw === '' && field.blank
        ? good('')
        : field.choices?.some(([value]) => String(value) === String(raw))
          ? good(raw)
          : bad(`"${pythonStr(raw)}" is not a valid choice.`);
    case 'ip-address':
    case 'ip-network':
      return parseAddress(engine, type, field, raw);
    case 'mac':
      return parseMac(raw);
    case 'fk':
    case 'fk-pk':
      return parseReference(engine, field, raw);
    case 'm2m':
      return parseIds(engine, field, raw);
    case 'tags':
      return parseTags(engine, raw);
    case 'content-type':
      return parseContentType(field, raw);
    case 'content-types':
      return parseContentTypes(field, raw);
    case 'date':
      return typeof raw === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(raw)
        ? good(raw)
        : bad('Date has wrong format. Use one of these formats instead: YYYY-MM-DD.');
    case 'datetime': {
      const time = typeof raw === 'string' ? toTimestamp(raw) : null;
      return time === null
        ? bad(
            'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].',
          )
        : good(time);
    }
    case 'list':
    case 'ranges':
      return parseList(field, raw);
    default:
      return good(raw);
  }
}

function parseText(type: TypeTable, field: FieldSpec, raw: Json): Parsed {
  const column = type.columns[field.source];
  if (column?.kind === 'ImageField')
    return bad('The submitted data was not a file. Check the encoding type on the form.');
  const isSlug = column?.kind === 'SlugField';
  if (typeof raw !== 'string' && typeof raw !== 'number') {
    return bad(
      isSlug ? 'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.' : 'Not a valid string.',
    );
  }
  const text = String(raw).trim();
  if (text === '') return field.blank ? good('') : bad('This field may not be blank.');
  if (column?.kind === 'TimeZoneField') {
    return Intl.supportedValuesOf('timeZone').includes(text) || text === 'UTC'
      ? good(text)
      : bad('A valid timezone is required.');
  }
  const errors: string[] = [];
  if (column?.kind === 'EmailField' && !/^[^@\s]+@([a-z0-9-]+\.)+[a-z]{2,}$/i.test(text))
    errors.push('Enter a valid email address.');
  if (column?.kind === 'URLField' && !URL.canParse(text)) errors.push('Enter a valid URL.');
  if (isSlug && !/^[-a-zA-Z0-9_]+$/.test(text)) {
    errors.push('Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.');
  }
  for (const [pattern, message] of column?.regexes ?? []) {
    if (!matchesPattern(pattern, text) && !isSlug) errors.push(message);
  }
  if (field.maxLength !== undefined && [...text].length > field.maxLength) {
    errors.push(`Ensure this field has no more than ${field.maxLength} characters.`);
  }
  if (text.includes('\u0000')) errors.push('Null characters are not allowed.');
  return errors.length > 0 ? bad(...errors) : good(text);
}

/** Python anchors `re.search`; `__` as a pattern is NetBox's inverse match (custom field names). */
const matchesPattern = (pattern: string, text: string): boolean =>
  pattern === '__' ? !text.includes('__') : new RegExp(pattern, pattern === '^[a-z0-9_]+$' ? 'i' : '').test(text);

function parseInteger(field: FieldSpec, raw: Json): Parsed {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.trim() : '';
  if (!/^[+-]?\d+(\.0*)?$/.test(text)) return bad('A valid integer is required.');
  return bounded(field, Number.parseInt(text, 10));
}

function bounded(field: FieldSpec, number: number): Parsed {
  if (field.max !== undefined && number > field.max)
    return bad(`Ensure this value is less than or equal to ${field.maxWords ?? field.max}.`);
  if (field.min !== undefined && number < field.min)
    return bad(`Ensure this value is greater than or equal to ${field.minWords ?? field.min}.`);
  return good(number);
}

function parseBoolean(raw: Json): Parsed {
  const text = typeof raw === 'string' ? raw.trim().toLowerCase() : raw;
  if (text === true || text === 1 || ['t', 'y', 'yes', 'true', 'on', '1'].includes(String(text))) return good(true);
  if (text === false || text === 0 || ['f', 'n', 'no', 'false', 'off', '0'].includes(String(text))) return good(false);
  return bad('Must be a valid boolean.');
}

function parseDecimal(field: FieldSpec, raw: Json): Parsed {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.trim() : '';
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return bad('A valid number is required.');
  const number = Number(text);
  const range = bounded(field, number);
  if ('errors' in range) return range;
  const [whole = '', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  const digits = whole.replace(/^0+/, '').length + fraction.length;
  if (field.digits !== undefined && digits > field.digits) {
    return bad(`Ensure that there are no more than ${field.digits} digits in total.`);
  }
  if (field.places !== undefined && fraction.length > field.places) {
    return bad(`Ensure that there are no more than ${field.places} decimal places.`);
  }
  if (
    field.digits !== undefined &&
    field.places !== undefined &&
    whole.replace(/^0+/, '').length > field.digits - field.places
  ) {
    return bad(`Ensure that there are no more than ${field.digits - field.places} digits before the decimal point.`);
  }
  return good(number);
}

function parseChoice(field: FieldSpec, raw: Json): Parsed {
  if (raw === '') return field.blank ? good('') : bad('This field may not be blank.');
  if (typeof raw === 'object' && raw !== null) {
    return bad('Value must be passed directly (e.g. "foo": 123); do not use a dictionary or list.');
  }
  const cast = typeof raw === 'string' && /^[+-]?\d+$/.test(raw) ? Number(raw) : raw;
  const known = field.choices?.find(([value]) => value === cast || value === raw);
  return known ? good(known[0]) : bad(`${pythonStr(raw)} is not a valid choice.`);
}

function parseAddress(engine: Engine, type: TypeTable, field: FieldSpec, raw: Json): Parsed {
  if (raw === '') return bad('This field may not be blank.');
  if (typeof raw !== 'string') return bad(`unexpected type <class '${pythonTypeName(raw)}'> for addr arg`);
  const network = parseNetwork(raw);
  // NetBox 4.4 means to answer 400 here, and raises KeyError while wording it.
  if (!network) throw serverError('KeyError', "'data'", engine.tables.netbox);
  return type.columns[field.source] ? good(formatNetwork(network)) : good(raw);
}

function parseMac(raw: Json): Parsed {
  const mac = typeof raw === 'string' ? normaliseMac(raw) : null;
  return mac === null ? bad(`Invalid MAC address format: ${pythonStr(raw)}`) : good(mac);
}

function parseReference(engine: Engine, field: FieldSpec, raw: Json): Parsed {
  if (field.kind === 'fk-pk') {
    if (typeof raw === 'object' || typeof raw === 'boolean') {
      return bad(`Incorrect type. Expected pk value, received ${pythonTypeName(raw)}.`);
    }
    const id = Number(raw);
    return engine.db.get(field.to ?? '', id)
      ? good(id)
      : bad(`Invalid pk "${pythonStr(raw)}" - object does not exist.`);
  }
  const found = findRelated(engine, field.to ?? '', raw);
  return 'id' in found ? good(found.id) : bad(found.error);
}

function parseContentType(field: FieldSpec, raw: Json): Parsed {
  if (typeof raw !== 'string' || raw.split('.').length !== 2) {
    return bad("Invalid value. Specify a content type as '<app_label>.<model_name>'.");
  }
  return field.types && !field.types.includes(raw) ? bad(`Invalid content type: ${raw}`) : good(raw);
}

function parseList(field: FieldSpec, raw: Json): Parsed {
  if (!Array.isArray(raw)) {
    const words = `Expected a list of items but got type "${pythonTypeName(raw)}".`;
    return field.kind === 'ranges' ? { errors: { non_field_errors: [words] } } : bad(words);
  }
  if (field.kind === 'ranges') {
    const wrongShape = raw.some((item: Json) => !Array.isArray(item) || item.length !== 2);
    if (wrongShape) return { errors: raw.map(() => ['Ranges must be specified in the form (lower, upper).']) };
    const wrongType = raw.some((item: Json) => Array.isArray(item) && item.some((one: Json) => !Number.isInteger(one)));
    if (wrongType) return { errors: raw.map(() => ['Range boundaries must be defined as integers.']) };
  }
  if (field.emptyAllowed === false && raw.length === 0) return bad('This list may not be empty.');
  if (field.childChoices) {
    const allowed = field.childChoices.map(([value]) => value);
    const wrong = raw.flatMap((item: Json, index): [string, Json][] =>
      allowed.some((one) => one === item) ? [] : [[String(index), [`"${pythonStr(item)}" is not a valid choice.`]]],
    );
    return wrong.length > 0 ? { errors: Object.fromEntries(wrong) } : good(raw);
  }
  if (field.child !== 'IntegerField') return good(raw);
  const { childMin: min, childMax: max } = field;
  const items = raw.map((item: Json) =>
    parseInteger({ ...field, ...(min !== undefined && { min }), ...(max !== undefined && { max }) }, item),
  );
  const errors = items.flatMap((item, index) => ('errors' in item ? [[String(index), item.errors] as const] : []));
  return errors.length > 0
    ? { errors: Object.fromEntries(errors) }
    : good(items.map((item) => ('value' in item ? item.value : null)));
}
