import { choice, customFields, decimal, nullableText, reference, slug, tags, text } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const site: ObjectTypeRow = {
  name: 'dcim.site',
  collection: 'sites',
  endpoint: 'dcim/sites',
  labelField: 'name',
  slugFrom: 'name',
  containment: [],
  matchers: [unique('slug', ['slug']), unique('name', ['name'])],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    choice('status', ['planned', 'staging', 'active', 'decommissioning', 'retired'], { netboxDefault: 'active' }),
    reference('region', 'dcim.region', { nullable: true }),
    reference('group', 'dcim.sitegroup', { nullable: true }),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    text('facility', { maxLength: 50 }),
    nullableText('time_zone'),
    text('description', { maxLength: 200 }),
    text('physical_address', { maxLength: 200 }),
    text('shipping_address', { maxLength: 200 }),
    decimal('latitude', { nullable: true, min: -90, max: 90, decimalPlaces: 6 }),
    decimal('longitude', { nullable: true, min: -180, max: 180, decimalPlaces: 6 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
