import { customFields, reference, tags, text } from '../field.js';
import { unique } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const routeTarget: ObjectTypeRow = {
  name: 'ipam.routetarget',
  collection: 'route-targets',
  endpoint: 'ipam/route-targets',
  labelField: 'name',
  containment: [],
  matchers: [unique('name', ['name'])],
  fields: [
    text('name', { required: true, maxLength: 21 }),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
