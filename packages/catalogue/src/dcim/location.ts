import { choice, customFields, reference, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const location: ObjectTypeRow = {
  name: 'dcim.location',
  collection: 'locations',
  endpoint: 'dcim/locations',
  labelField: 'name',
  slugFrom: 'name',
  containment: ['site'],
  matchers: [
    unique('site-parent-slug', ['site', 'parent', 'slug'], { nullOk: ['parent'] }),
    unique('site-parent-name', ['site', 'parent', 'name'], { nullOk: ['parent'] }),
    weak('site-slug', ['site', 'slug'], { unlessDiffers: ['parent'] }),
    weak('site-name', ['site', 'name'], { unlessDiffers: ['parent'] }),
    weak('slug', ['slug'], { unless: ['site'] }),
    weak('name', ['name'], { unless: ['site'] }),
  ],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    reference('site', 'dcim.site', { required: true }),
    reference('parent', 'dcim.location', { nullable: true, context: { site: 'site' } }),
    choice('status', ['planned', 'staging', 'active', 'decommissioning', 'retired'], { netboxDefault: 'active' }),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    text('facility', { maxLength: 50 }),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
    text('comments'),
  ],
};
