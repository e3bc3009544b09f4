import { customFields, generic, mac, tags, text } from '../field.js';
import { weak } from '../matcher.js';
import type { ObjectTypeRow } from '../object-type.js';

/** NetBox knows no uniqueness here: the same address on another interface is another object. */
export const macAddress: ObjectTypeRow = {
  name: 'dcim.macaddress',
  collection: 'mac-addresses',
  endpoint: 'dcim/mac-addresses',
  labelField: 'mac_address',
  containment: ['assigned_object'],
  matchers: [
    weak('mac-assigned', ['mac_address', 'assigned_object']),
    weak('mac', ['mac_address'], { unlessDiffers: ['assigned_object'] }),
  ],
  fields: [
    mac('mac_address', { required: true }),
    generic('assigned_object', ['dcim.interface']),
    text('description', { maxLength: 200 }),
    text('comments'),
    tags(),
    customFields(),
  ],
};
