import { customFields, reference, slug, tags, text } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const tenantGroup: ObjectTypeRow = {
  name: 'tenancy.tenantgroup',
  collection: 'tenant-groups',
  endpoint: 'tenancy/tenant-groups',
  labelField: 'name',
  slugFrom: 'name',
  containment: ['parent'],
  matchers: [unique('slug', ['slug']), unique('name', ['name'])],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    reference('parent', 'tenancy.tenantgroup', { nullable: true }),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
    text('comments'),
  ],
};
