import { customFields, integer, slug, tags, text } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const ipamRole: ObjectTypeRow = {
  name: 'ipam.role',
  collection: 'roles',
  endpoint: 'ipam/roles',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [unique('slug', ['slug']), unique('name', ['name'])],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    integer('weight', { min: 0, max: 32767, netboxDefault: 1000 }),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
  ],
};
