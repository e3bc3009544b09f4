import { boolean, choice, json, text } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const customFieldChoiceSet: ObjectTypeRow = {
  name: 'extras.customfieldchoiceset',
  collection: 'custom-field-choice-sets',
  endpoint: 'extras/custom-field-choice-sets',
  labelField: 'name',
  containment: [],
  matchers: [unique('name', ['name'])],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    text('description', { maxLength: 200 }),
    choice('base_choices', ['IATA', 'ISO_3166', 'UN_LOCODE'], { nullable: true }),
    json('extra_choices', { required: true }),
    boolean('order_alphabetically', { netboxDefault: false }),
  ],
};
