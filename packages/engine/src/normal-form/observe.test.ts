import { objectType } from '@diode/catalogue';
import { describe, expect, it } from 'vitest';
import { lookupKeys } from '../lookup/lookup-keys.js';
import { observe } from './observe.js';

const DEVICE = {
  id: 7,
  url: 'http://netbox/api/dcim/devices/7/',
  display_url: 'http://netbox/dcim/devices/7/',
  display: 'SW1',
  name: 'SW1',
  device_type: { id: 3, url: '…', display: 'X', manufacturer: { id: 1, name: 'Cisco' }, model: 'X' },
  role: { id: 4, name: 'Access' },
  site: { id: 5, name: 'DC1', slug: 'dc1' },
  tenant: null,
  serial: '',
  asset_tag: null,
  position: 3.0,
  face: { value: 'front', label: 'Front' },
  status: { value: 'active', label: 'Active' },
  airflow: null,
  tags: [
    { id: 2, name: 'Core', slug: 'core', color: 'ff0000' },
    { id: 1, name: 'Bravo', slug: 'bravo', color: 'ff0000' },
  ],
  custom_fields: {
    owner: { id: 9, url: 'http://netbox/api/x/9/', display: 'o' },
    level: { value: 'a', label: 'A' },
    note: null,
  },
  last_updated: '2026-11-25T10:00:00Z',
  interface_count: 4,
};

describe("NetBox's representation in normal form", () => {
  it('holds ids, raw choices, slugs, and the page for people', () => {
    expect(observe(objectType('dcim.device')!, DEVICE)).toEqual({
      objectType: 'dcim.device',
      id: 7,
      url: 'http://netbox/dcim/devices/7/',
      lastUpdated: '2026-11-25T10:00:00Z',
      data: {
        name: 'SW1',
        device_type: 3,
        role: 4,
        site: 5,
        tenant: null,
        serial: '',
        asset_tag: null,
        position: 3,
        face: 'front',
        status: 'active',
        airflow: null,
        tags: ['bravo', 'core'],
        custom_fields: { owner: 9, level: 'a', note: null },
      },
    });
  });

  it('keeps the pair of a generic reference, and lists of ids sorted', () => {
    const address = observe(objectType('ipam.ipaddress')!, {
      id: 1,
      address: '2001:DB8::1/64',
      assigned_object_type: 'dcim.interface',
      assigned_object_id: 8,
    });
    expect(address.data).toEqual({
      address: '2001:db8::1/64',
      assigned_object_type: 'dcim.interface',
      assigned_object_id: 8,
    });
    const port = observe(objectType('dcim.interface')!, { id: 1, tagged_vlans: [{ id: 9 }, { id: 3 }] });
    expect(port.data).toEqual({ tagged_vlans: [3, 9] });
  });

  it('believes NetBox where it is older or newer than the catalogue', () => {
    const site = observe(objectType('dcim.site')!, { id: 1, status: { value: 'haunted', label: 'Haunted' }, name: '' });
    expect(site.data).toEqual({ name: '', status: 'haunted' });
  });
});

describe('the keys the mirror files an object under', () => {
  it('are those identity asks for', () => {
    expect(lookupKeys(observe(objectType('dcim.device')!, DEVICE))).toEqual([
      'dcim.device|site=5|tenant!|name~sw1',
      'dcim.device|site=5|name~sw1',
      'dcim.device|name~sw1',
    ]);
    expect(lookupKeys(observe(objectType('ipam.ipaddress')!, { id: 1, address: '10.0.0.1/24', vrf: null }))).toEqual([
      'ipam.ipaddress|address=10.0.0.1|vrf!',
    ]);
    const port = { id: 1, name: 'a|b', device: { id: 2 }, mgmt_only: true };
    expect(lookupKeys(observe(objectType('dcim.interface')!, port))).toEqual([
      'dcim.interface|device=2|name=a\\|b',
      'dcim.interface|device=2|mgmt_only=true',
    ]);
  });
});
