import { boolean, choice, decimal, integer, json, nullableText, reference, text, texts } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';
import { CUSTOM_FIELD_TYPES } from './custom-field-types.js';

export const customField: ObjectTypeRow = {
  name: 'extras.customfield',
  collection: 'custom-fields',
  endpoint: 'extras/custom-fields',
  labelField: 'name',
  containment: [],
  matchers: [unique('name', ['name'])],
  fields: [
    texts('object_types', { required: true }),
    choice('type', CUSTOM_FIELD_TYPES, { required: true, netboxDefault: 'text' }),
    nullableText('related_object_type'),
    text('name', { required: true, maxLength: 50 }),
    text('label', { maxLength: 50 }),
    text('group_name', { maxLength: 50 }),
    text('description', { maxLength: 200 }),
    boolean('required', { netboxDefault: false }),
    boolean('unique', { netboxDefault: false }),
    integer('search_weight', { min: 0, max: 32767, netboxDefault: 1000 }),
    choice('filter_logic', ['disabled', 'loose', 'exact'], { netboxDefault: 'loose' }),
    choice('ui_visible', ['always', 'if-set', 'hidden'], { netboxDefault: 'always' }),
    choice('ui_editable', ['yes', 'no', 'hidden'], { netboxDefault: 'yes' }),
    boolean('is_cloneable', { netboxDefault: false }),
    json('default', { nullable: true }),
    json('related_object_filter', { nullable: true }),
    integer('weight', { min: 0, max: 32767, netboxDefault: 100 }),
    decimal('validation_minimum', { nullable: true, decimalPlaces: 4 }),
    decimal('validation_maximum', { nullable: true, decimalPlaces: 4 }),
    text('validation_regex', { maxLength: 500 }),
    reference('choice_set', 'extras.customfieldchoiceset', { nullable: true }),
    text('comments'),
  ],
};
