import { color, integer, slug, text, texts } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const tag: ObjectTypeRow = {
  name: 'extras.tag',
  collection: 'tags',
  endpoint: 'extras/tags',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [unique('slug', ['slug']), unique('name', ['name'])],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    color('9e9e9e'),
    text('description', { maxLength: 200 }),
    integer('weight', { min: 0, max: 32767, netboxDefault: 1000 }),
    texts('object_types'),
  ],
};
