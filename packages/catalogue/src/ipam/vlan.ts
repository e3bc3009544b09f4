import { choice, customFields, integer, reference, tags, text } from '../field.js';
import { unique, weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

/** Without a group NetBox binds nothing: what is said of site and name decides. */
export const vlan: ObjectTypeRow = {
  name: 'ipam.vlan',
  collection: 'vlans',
  endpoint: 'ipam/vlans',
  labelField: 'name',
  containment: ['group', 'site'],
  matchers: [
    unique('group-vid', ['group', 'vid']),
    weak('vid-site-group', ['vid', 'site', 'group'], { nullOk: ['site', 'group'] }),
    weak('site-vid', ['site', 'vid'], { unlessDiffers: ['group'] }),
    weak('vid-name', ['vid', 'name'], { unless: ['site', 'group'] }),
    unique('group-name', ['group', 'name'], { unless: ['vid'] }),
    weak('name', ['name'], { unless: ['vid', 'group'] }),
    weak('vid', ['vid'], { unless: ['name', 'site', 'group'] }),
  ],
  fields: [
    reference('site', 'dcim.site', { nullable: true }),
    reference('group', 'ipam.vlangroup', { nullable: true }),
    integer('vid', { required: true, min: 1, max: 4094 }),
    text('name', { required: true, maxLength: 64 }),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    choice('status', ['active', 'reserved', 'deprecated'], { netboxDefault: 'active' }),
    reference('role', 'ipam.role', { nullable: true }),
    text('description', { maxLength: 200 }),
    choice('qinq_role', ['svlan', 'cvlan'], { nullable: true }),
    reference('qinq_svlan', 'ipam.vlan', { nullable: true }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
