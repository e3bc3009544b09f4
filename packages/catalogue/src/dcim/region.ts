import { customFields, reference, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const region: ObjectTypeRow = {
  name: 'dcim.region',
  collection: 'regions',
  endpoint: 'dcim/regions',
  labelField: 'name',
  slugFrom: 'name',
  containment: ['parent'],
  matchers: [
    unique('parent-slug', ['parent', 'slug'], { nullOk: ['parent'] }),
    unique('parent-name', ['parent', 'name'], { nullOk: ['parent'] }),
    weak('slug', ['slug'], { unlessDiffers: ['parent'] }),
    weak('name', ['name'], { unlessDiffers: ['parent'] }),
  ],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    reference('parent', 'dcim.region', { nullable: true }),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
    text('comments'),
  ],
};
