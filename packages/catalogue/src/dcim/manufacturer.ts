import { customFields, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const manufacturer: ObjectTypeRow = {
  name: 'dcim.manufacturer',
  collection: 'manufacturers',
  endpoint: 'dcim/manufacturers',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [unique('slug', ['slug']), unique('name', ['name']), weak('name-folded', ['name'], { fold: ['name'] })],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
  ],
};
