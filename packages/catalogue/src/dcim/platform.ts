import { customFields, reference, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const platform: ObjectTypeRow = {
  name: 'dcim.platform',
  collection: 'platforms',
  endpoint: 'dcim/platforms',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [
    unique('manufacturer-slug', ['manufacturer', 'slug'], { nullOk: ['manufacturer'] }),
    unique('manufacturer-name', ['manufacturer', 'name'], { nullOk: ['manufacturer'] }),
    weak('slug', ['slug'], { unlessDiffers: ['manufacturer'] }),
    weak('name', ['name'], { unlessDiffers: ['manufacturer'] }),
  ],
  fields: [
    reference('parent', 'dcim.platform', { nullable: true }),
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    reference('manufacturer', 'dcim.manufacturer', { nullable: true }),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
