import type { ObjectTypeRow } from '@diode/catalogue';
import { key, mapOf, object } from '../read/collections.js';
import { placed, type Read, type Reader, refine } from '../read/reader.js';
import { duration, json, oneOf, text } from '../read/scalars.js';
import { appliesTo } from './applies-to.js';
import { byType } from './collection.js';
import { wrongCustomFieldName, wrongFieldName } from './field-name.js';
import { typedRules } from './rule-spec.js';
import { transformationSpecs } from './transformation-spec.js';

/** Types of custom fields that need nothing more to be made. */
const CUSTOM_FIELD_TYPES = [
  'text',
  'longtext',
  'integer',
  'decimal',
  'boolean',
  'date',
  'datetime',
  'url',
  'json',
] as const;

const path: Reader<string> = refine(text(), (value) =>
  value.split('.').some((part) => part === '' || part === '__proto__')
    ? { message: `"${value}" is no path`, suggestion: 'write names with dots between: automation.enabled' }
    : null,
);

const customField = object({
  source: key('Where the value is read from when the field itself is absent: a path in the asserted data.', path),
  default: key('What an object that is created gets when nobody said.', json()),
  format: key('`iso8601`: a moment in UTC.', oneOf(['iso8601'])),
  type: key(`NetBox type to make the field with: ${CUSTOM_FIELD_TYPES.join(', ')}.`, oneOf(CUSTOM_FIELD_TYPES)),
  min_interval: key(
    'A moment is written at most once in this time, unless something else is written too. Default 24h.',
    duration(),
  ),
});

function block(row: ObjectTypeRow | null) {
  const byField = { placeholder: 'field', checkKey: (name: string) => wrongFieldName(name, row) };
  return object({
    applies_to: key('Where this block holds, instead of what the file says.', appliesTo()),
    field_mappings: key(
      "The source's name of a field → NetBox's. Fires when NetBox's is absent and the value has its shape.",
      mapOf(placed(refine(text(), (to) => wrongFieldName(to, row))), {
        placeholder: 'name',
        checkKey: (name) =>
          name.split('.').some((part) => part === '' || part === '__proto__')
            ? { message: `"${name}" is no path`, suggestion: null }
            : null,
      }),
    ),
    value_transformations: key('Changes of a value, in order.', mapOf(transformationSpecs(), byField)),
    custom_fields: key(
      'Where custom fields come from.',
      mapOf(placed(customField), { placeholder: 'name', checkKey: wrongCustomFieldName }),
    ),
    validation: key('What values must be; else the entity ends `rejected`.', mapOf(typedRules(), byField)),
  });
}

export type TransformationBlock = Read<ReturnType<typeof block>>;
export type CustomFieldSpec = Read<typeof customField>;

/** `config/transformations.yml`. */
export const transformationsFile = object({
  applies_to: key('Where the rules hold; here for the whole file, in a block for the block alone.', appliesTo()),
  data_transformations: key('Rules by collection.', byType(block)),
});
