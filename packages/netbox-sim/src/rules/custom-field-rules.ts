import { isRecord } from '../store/row.js';
import type { Json } from '../tables/table-shapes.js';
import { checkCustomValue } from '../write/custom-field-data.js';
import { pythonStr, pythonTypeName } from '../write/python-text.js';
import { wrong, wrongObject } from '../write/refusal.js';
import type { CleanContext, Rule, SerializerContext } from './rules.js';

const selections = new Set<Json>(['select', 'multiselect']);
const objects = new Set<Json>(['object', 'multiobject']);
const texts = new Set<Json>(['text', 'longtext', 'url']);
const numbers = new Set<Json>(['integer', 'decimal']);

function field({ engine, type, row }: CleanContext): undefined {
  const kind = row.type ?? null;
  const fallback = row.default ?? null;
  if (fallback !== null) {
    const words = checkCustomValue(engine, row, texts.has(kind) && kind !== 'url' ? pythonStr(fallback) : fallback);
    if (words !== null) throw wrong('default', `Invalid default value "${pythonStr(fallback)}": ${words}`);
  }
  if (!numbers.has(kind) && row.validation_minimum)
    throw wrong('validation_minimum', 'A minimum value may be set only for numeric fields');
  if (!numbers.has(kind) && row.validation_maximum)
    throw wrong('validation_maximum', 'A maximum value may be set only for numeric fields');
  if (row.validation_regex && !texts.has(kind)) {
    throw wrong('validation_regex', 'Regular expression validation is supported only for text and URL fields');
  }
  if (row.unique === true && kind === 'boolean')
    throw wrong('unique', 'Uniqueness cannot be enforced for boolean fields');
  if (selections.has(kind) && row.choice_set === null)
    throw wrong('choice_set', 'Selection fields must specify a set of choices.');
  if (!selections.has(kind) && row.choice_set !== null)
    throw wrong('choice_set', 'Choices may be set only on selection fields.');
  if (objects.has(kind) && row.related_object_type === null)
    throw wrong('related_object_type', 'Object fields must define an object type.');
  if (!objects.has(kind) && row.related_object_type !== null) {
    const label = engine.tables.field(type, 'type')?.choices?.find(([value]) => value === kind)?.[1] ?? '';
    throw wrong('type', `${label} fields may not define an object type.`);
  }
}

function keepsType({ attrs, before }: SerializerContext): Record<string, Json> {
  return before && 'type' in attrs && attrs.type !== before.type
    ? { type: ['Changing the type of custom fields is not supported.'] }
    : {};
}

function choiceSet({ engine, row, before }: CleanContext): undefined {
  const choices = Array.isArray(row.extra_choices) ? row.extra_choices : [];
  if (!row.base_choices && choices.length === 0) throw wrongObject('Must define base or extra choices.');
  const seen = new Set<string>();
  for (const pair of choices) {
    const value = String(Array.isArray(pair) ? pair[0] : pair);
    if (seen.has(value)) throw wrongObject(`Duplicate value '${value}' found in extra choices.`);
    seen.add(value);
  }
  for (const pair of Array.isArray(before?.extra_choices) ? before.extra_choices : []) {
    const value = String(Array.isArray(pair) ? pair[0] : pair);
    if (!seen.has(value)) keepUsed(engine, row, value);
  }
}

/** A choice some object still has cannot be taken away. */
function keepUsed(engine: CleanContext['engine'], set: CleanContext['row'], value: string): void {
  for (const id of engine.db.table('extras.customfield').where('choice_set', set.id)) {
    const field = engine.row('extras.customfield', id);
    for (const model of Array.isArray(field?.object_types) ? field.object_types.map(String) : []) {
      for (const object of engine.db.table(model).rows()) {
        const data = object.custom_field_data;
        const cell = isRecord(data) ? data[String(field?.name)] : null;
        if (cell !== value && !(Array.isArray(cell) && cell.includes(value))) continue;
        const type = engine.tables.require(model);
        throw wrongObject(
          `Cannot remove choice ${value} as there are ${type.appVerbose} | ${type.verbose} objects which reference it.`,
        );
      }
    }
  }
}

/** Each choice is a pair. */
function pairs({ attrs }: SerializerContext): Record<string, Json> {
  const given = attrs.extra_choices;
  if (!Array.isArray(given)) return {};
  const errors = given.flatMap((pair: Json, index): [string, Json][] => {
    if (!Array.isArray(pair))
      return [[String(index), [`Expected a list of items but got type "${pythonTypeName(pair)}".`]]];
    if (pair.length < 2) return [[String(index), ['Ensure this field has at least 2 elements.']]];
    return pair.length > 2 ? [[String(index), ['Ensure this field has no more than 2 elements.']]] : [];
  });
  return errors.length > 0 ? { extra_choices: Object.fromEntries(errors) } : {};
}

export const customFieldRules: Readonly<Record<string, Rule>> = {
  'extras.customfield': { serializer: keepsType, clean: field },
  'extras.customfieldchoiceset': { serializer: pairs, clean: choiceSet },
};
