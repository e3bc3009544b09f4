import { boolean, customFields, nullableText, reference, references, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const vrf: ObjectTypeRow = {
  name: 'ipam.vrf',
  collection: 'vrfs',
  endpoint: 'ipam/vrfs',
  labelField: 'name',
  containment: [],
  matchers: [unique('rd', ['rd']), weak('name', ['name'], { unlessDiffers: ['rd'] })],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    nullableText('rd', { maxLength: 21 }),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    boolean('enforce_unique', { netboxDefault: true }),
    text('description', { maxLength: 200 }),
    text('comments'),
    references('import_targets', 'ipam.routetarget'),
    references('export_targets', 'ipam.routetarget'),
    tags(),
    customFields(),
  ],
};
