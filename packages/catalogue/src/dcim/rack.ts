import { boolean, choice, customFields, decimal, integer, nullableText, reference, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

/** Location is null for most racks, and then NetBox binds nothing: the site and the name decide. */
export const rack: ObjectTypeRow = {
  name: 'dcim.rack',
  collection: 'racks',
  endpoint: 'dcim/racks',
  labelField: 'name',
  containment: ['site'],
  matchers: [
    unique('asset-tag', ['asset_tag']),
    unique('location-name', ['location', 'name']),
    weak('site-name', ['site', 'name'], { unlessDiffers: ['location'] }),
    weak('name', ['name'], { unless: ['site'] }),
  ],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    nullableText('facility_id', { maxLength: 50 }),
    reference('site', 'dcim.site', { required: true }),
    reference('location', 'dcim.location', { nullable: true, context: { site: 'site' } }),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    choice('status', ['reserved', 'available', 'planned', 'active', 'deprecated'], { netboxDefault: 'active' }),
    reference('role', 'dcim.rackrole', { nullable: true }),
    text('serial', { maxLength: 50 }),
    nullableText('asset_tag', { maxLength: 50 }),
    choice(
      'form_factor',
      [
        '2-post-frame',
        '4-post-frame',
        '4-post-cabinet',
        'wall-frame',
        'wall-frame-vertical',
        'wall-cabinet',
        'wall-cabinet-vertical',
      ],
      { nullable: true },
    ),
    choice('width', [10, 19, 21, 23], { netboxDefault: 19 }),
    integer('u_height', { min: 1, max: 100, netboxDefault: 42 }),
    integer('starting_unit', { min: 1, max: 32767, netboxDefault: 1 }),
    decimal('weight', { nullable: true, decimalPlaces: 2 }),
    integer('max_weight', { nullable: true, min: 0, max: 2147483647 }),
    choice('weight_unit', ['kg', 'g', 'lb', 'oz'], { nullable: true }),
    boolean('desc_units', { netboxDefault: false }),
    integer('outer_width', { nullable: true, min: 0, max: 32767 }),
    integer('outer_height', { nullable: true, min: 0, max: 32767 }),
    integer('outer_depth', { nullable: true, min: 0, max: 32767 }),
    choice('outer_unit', ['mm', 'in'], { nullable: true }),
    integer('mounting_depth', { nullable: true, min: 0, max: 32767 }),
    choice('airflow', ['front-to-rear', 'rear-to-front'], { nullable: true }),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
