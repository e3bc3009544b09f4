import { customFields, reference, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const tenant: ObjectTypeRow = {
  name: 'tenancy.tenant',
  collection: 'tenants',
  endpoint: 'tenancy/tenants',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [
    unique('group-slug', ['group', 'slug'], { nullOk: ['group'] }),
    unique('group-name', ['group', 'name'], { nullOk: ['group'] }),
    weak('slug', ['slug'], { unlessDiffers: ['group'] }),
    weak('name', ['name'], { unlessDiffers: ['group'] }),
  ],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    reference('group', 'tenancy.tenantgroup', { nullable: true }),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
