import type { Engine } from '../engine.js';
import { customFieldsOf } from '../represent/custom-fields.js';
import { idsOf, isRecord, type Row, textOf } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { bad, type Parsed } from './parsed.js';
import { pythonStr, pythonTypeName } from './python-text.js';
import { wrongObject } from './refusal.js';
import { findRelated } from './related-object.js';

const isEmpty = (value: Json | undefined): boolean => value === null || value === undefined || value === '';

/** `custom_fields` of a body: objects reduced to ids, merged over what the object holds (PATCH merges per key). */
export function parseCustomFields(engine: Engine, type: TypeTable, raw: Json, before: Row | null): Parsed {
  if (!isRecord(raw)) {
    return bad(
      'Invalid data format. Custom field data must be passed as a dictionary mapping field names to their values.',
    );
  }
  const data: Record<string, Json> = { ...raw };
  for (const field of customFieldsOf(engine, type.model)) {
    const name = textOf(field.name);
    const value = data[name];
    const many = field.type === 'multiobject';
    if (isEmpty(value) || (field.type !== 'object' && !many)) continue;
    if (many && !Array.isArray(value)) return bad(`Unknown related object(s): ${pythonStr(value ?? null)}`);
    const found = (many ? (Array.isArray(value) ? value : [value ?? null]) : [value ?? null]).map((one: Json) =>
      findRelated(engine, textOf(field.related_object_type), one),
    );
    const ids = found.flatMap((one) => ('id' in one ? [one.id] : []));
    for (const one of found) if ('error' in one) return bad(one.error);
    data[name] = many ? ids : (ids[0] ?? null);
  }
  const held = before?.custom_field_data;
  return { value: { ...(isRecord(held) ? held : {}), ...data } };
}

/** What an object gets when its body does not mention custom fields. */
export function defaultCustomFields(engine: Engine, model: string): Record<string, Json> {
  return Object.fromEntries(customFieldsOf(engine, model).map((field) => [textOf(field.name), field.default ?? null]));
}

/** `CustomFieldsMixin.clean`: drops what is no longer declared, checks the rest. */
export function cleanCustomFields(engine: Engine, type: TypeTable, row: Row): Row {
  const fields = customFieldsOf(engine, type.model);
  const held = isRecord(row.custom_field_data) ? row.custom_field_data : {};
  if (fields.length === 0) return Object.keys(held).length === 0 ? row : { ...row, custom_field_data: {} };
  const byName = new Map(fields.map((field) => [textOf(field.name), field]));
  const data = Object.fromEntries(Object.entries(held).filter(([name]) => byName.has(name)));
  for (const [name, value] of Object.entries(data)) {
    const field = byName.get(name);
    if (!field) continue;
    const words = checkCustomValue(engine, field, value);
    if (words !== null) throw wrongObject(`Invalid value for custom field '${name}': ${words}`);
    if (field.unique === true && !isEmpty(value) && isTaken(engine, type, row.id, name, value)) {
      throw wrongObject(`Custom field '${name}' must have a unique value.`);
    }
  }
  for (const [name, field] of byName) {
    if (field.required === true && !(name in data)) throw wrongObject(`Missing required custom field '${name}'.`);
    const fallback = field.default ?? null;
    if (!(name in data) && fallback !== null) data[name] = fallback;
  }
  return { ...row, custom_field_data: data };
}

function isTaken(engine: Engine, type: TypeTable, own: number, name: string, value: Json): boolean {
  const wanted = JSON.stringify(value);
  for (const row of engine.db.table(type.model).rows()) {
    const data = row.custom_field_data;
    if (row.id !== own && isRecord(data) && JSON.stringify(data[name]) === wanted) return true;
  }
  return false;
}

/** Null when the value is allowed, else NetBox's words (`CustomField.validate`). */
export function checkCustomValue(engine: Engine, field: Row, value: Json): string | null {
  if (isEmpty(value)) return field.required === true ? 'Required field cannot be empty.' : null;
  const regex = textOf(field.validation_regex);
  switch (field.type) {
    case 'text':
    case 'longtext':
    case 'url':
      if (typeof value !== 'string') return 'Value must be a string.';
      return regex !== '' && !new RegExp(`^(?:${regex})`).test(value) ? `Value must match regex '${regex}'` : null;
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value)
        ? withinBounds(field, value)
        : 'Value must be an integer.';
    case 'decimal':
      if (Number.isNaN(Number(value)) || typeof value === 'object') return 'Value must be a decimal.';
      return withinBounds(field, Number(value));
    case 'boolean':
      return [true, false, 1, 0].some((one) => one === value) ? null : 'Value must be true or false.';
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(String(value)) ? null : 'Date values must be in ISO 8601 format (YYYY-MM-DD).';
    case 'datetime':
      return Number.isNaN(Date.parse(String(value)))
        ? 'Date and time values must be in ISO 8601 format (YYYY-MM-DD HH:MM:SS).'
        : null;
    case 'select':
      return choiceValues(engine, field).includes(String(value))
        ? null
        : `Invalid choice (${pythonStr(value)}) for choice set ${setName(engine, field)}.`;
    case 'multiselect': {
      const given = Array.isArray(value) ? value : [value];
      const all = choiceValues(engine, field);
      return given.every((one: Json) => all.includes(String(one)))
        ? null
        : `Invalid choice(s) (${pythonStr(value)}) for choice set ${setName(engine, field)}.`;
    }
    case 'object':
      return typeof value === 'number' ? null : `Value must be an object ID, not ${pythonTypeName(value)}`;
    case 'multiobject':
      return idsOf(value).length === (Array.isArray(value) ? value.length : -1)
        ? null
        : `Value must be a list of object IDs, not ${pythonTypeName(value)}`;
    default:
      return null;
  }
}

function withinBounds(field: Row, value: number): string | null {
  const [low, high] = [field.validation_minimum, field.validation_maximum];
  if (typeof low === 'number' && value < low) return `Value must be at least ${low.toFixed(4)}`;
  return typeof high === 'number' && value > high ? `Value must not exceed ${high.toFixed(4)}` : null;
}

function choiceValues(engine: Engine, field: Row): string[] {
  const choices = engine.row('extras.customfieldchoiceset', field.choice_set)?.extra_choices;
  return Array.isArray(choices) ? choices.flatMap((pair: Json) => (Array.isArray(pair) ? [String(pair[0])] : [])) : [];
}

const setName = (engine: Engine, field: Row): string =>
  textOf(engine.row('extras.customfieldchoiceset', field.choice_set)?.name);
