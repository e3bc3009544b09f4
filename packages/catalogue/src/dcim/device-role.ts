import { boolean, color, customFields, reference, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const deviceRole: ObjectTypeRow = {
  name: 'dcim.devicerole',
  collection: 'device-roles',
  endpoint: 'dcim/device-roles',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [
    unique('parent-slug', ['parent', 'slug'], { nullOk: ['parent'] }),
    unique('parent-name', ['parent', 'name'], { nullOk: ['parent'] }),
    weak('slug', ['slug'], { unlessDiffers: ['parent'] }),
    weak('name', ['name'], { unlessDiffers: ['parent'] }),
  ],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    color('9e9e9e'),
    boolean('vm_role', { netboxDefault: true }),
    reference('parent', 'dcim.devicerole', { nullable: true }),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
    text('comments'),
  ],
};
