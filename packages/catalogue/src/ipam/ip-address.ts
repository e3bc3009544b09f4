import { choice, customFields, generic, hostAddress, reference, tags, text } from '../field.js';
import { weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

/** NetBox's own check goes by host, not by mask (facts: HOST(address)); roles like vip may repeat a host. */
export const ipAddress: ObjectTypeRow = {
  name: 'ipam.ipaddress',
  collection: 'ip-addresses',
  endpoint: 'ipam/ip-addresses',
  labelField: 'address',
  containment: ['vrf'],
  matchers: [
    weak('host-vrf', ['address', 'vrf'], {
      nullOk: ['vrf'],
      host: ['address'],
      prefer: ['assigned_object', 'address', 'role'],
    }),
  ],
  fields: [
    hostAddress('address', { required: true }),
    reference('vrf', 'ipam.vrf', { nullable: true }),
    reference('tenant', 'tenancy.tenant', { nullable: true }),
    choice('status', ['active', 'reserved', 'deprecated', 'dhcp', 'slaac'], { netboxDefault: 'active' }),
    choice('role', ['loopback', 'secondary', 'anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp'], { nullable: true }),
    generic('assigned_object', ['dcim.interface']),
    reference('nat_inside', 'ipam.ipaddress', { nullable: true }),
    text('dns_name', { maxLength: 255, lower: true }),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
