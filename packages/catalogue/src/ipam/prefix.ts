import { boolean, choice, customFields, generic, ipPrefix, reference, tags, text } from '../field.js';
import { weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

/** Absent vrf is the global table, as everywhere in IPAM. */
export const prefix: ObjectTypeRow = {
  name: 'ipam.prefix',
  collection: 'prefixes',
  endpoint: 'ipam/prefixes',
  labelField: 'prefix',
  containment: ['vrf'],
  matchers: [weak('prefix-vrf', ['prefix', 'vrf'], { nullOk: ['vrf'] })],
  fields: [
    ipPrefix('prefix', { required: true }),
    reference('vrf', 'ipam.vrf', { nullable: true }),
    generic('scope', ['dcim.region', 'dcim.sitegroup', 'dcim.site', 'dcim.location']),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    reference('vlan', 'ipam.vlan', { nullable: true }),
    choice('status', ['container', 'active', 'reserved', 'deprecated'], { netboxDefault: 'active' }),
    reference('role', 'ipam.role', { nullable: true }),
    boolean('is_pool', { netboxDefault: false }),
    boolean('mark_utilized', { netboxDefault: false }),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
