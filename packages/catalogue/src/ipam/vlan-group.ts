import { customFields, generic, ranges, reference, slug, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

export const vlanGroup: ObjectTypeRow = {
  name: 'ipam.vlangroup',
  collection: 'vlan-groups',
  endpoint: 'ipam/vlan-groups',
  labelField: 'name',
  slugFrom: 'name',
  containment: ['scope'],
  matchers: [
    unique('scope-slug', ['scope', 'slug'], { nullOk: ['scope'] }),
    unique('scope-name', ['scope', 'name'], { nullOk: ['scope'] }),
    weak('slug', ['slug'], { unlessDiffers: ['scope'] }),
    weak('name', ['name'], { unlessDiffers: ['scope'] }),
  ],
  fields: [
    text('name', { required: true, maxLength: 100 }),
    slug('slug', { required: true, maxLength: 100 }),
    generic('scope', ['dcim.rack', 'dcim.region', 'dcim.sitegroup', 'dcim.site', 'dcim.location']),
    ranges('vid_ranges'),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    text('description', { maxLength: 200 }),
    tags(),
    customFields(),
  ],
};
