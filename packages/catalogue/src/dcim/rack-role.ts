import { color, customFields, slug, tags, text } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const rackRole: ObjectTypeRow = {
  name: 'dcim.rackrole',
  collection: 'rack-roles',
  endpoint: 'dcim/rack-roles',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [unique('slug', ['slug']), unique('name', ['name'])],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    color('9e9e9e'),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
  ],
};
