import { beforeAll, expect, it } from 'vitest';
import { interfaces, makeDevice, makeDeviceParts, makeInterface, makeSite, type Rack, vlans } from './builders.js';
import { contract } from './contract.js';
import type { Json, Thing } from './netbox-under-test.js';

const macs = '/api/dcim/mac-addresses/';

contract('interfaces', (netbox) => {
  let parts: Rack;
  let device: Thing;
  let port: Thing;
  beforeAll(async () => {
    parts = await makeDeviceParts(netbox());
    device = await makeDevice(netbox(), parts);
    port = await makeInterface(netbox(), device, 'e1');
  });
  const change = (id: number, more: Record<string, Json>) => netbox().refused('PATCH', `${interfaces}${id}/`, more);

  it('keeps a component on its device', async () => {
    const other = await makeDevice(netbox(), parts);
    expect(await change(port.id, { device: other.id })).toEqual({
      device: ['Components cannot be moved to a different device.'],
    });
  });

  it('joins interfaces of one device only', async () => {
    const [lag, far] = [
      await makeInterface(netbox(), device, 'lag1', { type: 'lag' }),
      await makeDevice(netbox(), parts),
    ];
    const foreign = await makeInterface(netbox(), far, 'x1');
    expect(await netbox().patch(interfaces, port.id, { lag: { name: 'lag1', device: device.id } })).toMatchObject({
      lag: { id: lag.id, name: 'lag1', device: { id: device.id } },
    });
    expect(await change(foreign.id, { lag: lag.id })).toEqual({
      lag: [`The selected LAG interface (lag1) belongs to a different device (${device.name}).`],
    });
    expect(await change(foreign.id, { bridge: port.id })).toEqual({
      bridge: [`The selected bridge interface (e1) belongs to a different device (${device.name}).`],
    });
    expect(await change(port.id, { lag: port.id })).toEqual({ lag: ['A LAG interface cannot be its own parent.'] });
    expect(await change(port.id, { parent: lag.id })).toEqual({
      parent: ['Only virtual interfaces may be assigned to a parent interface.'],
    });
    const sub = await makeInterface(netbox(), device, 'e1.10', { type: 'virtual', parent: port.id });
    expect(await change(sub.id, { lag: lag.id })).toEqual({
      lag: ['Virtual interfaces cannot have a parent LAG interface.'],
    });
  });

  it('wants a mode before VLANs, and VLANs of its site', async () => {
    const vlan = await netbox().make(vlans, { vid: 10, name: 'v10', site: parts.site.id });
    const elsewhere = await netbox().make(vlans, { vid: 10, name: 'v10', site: (await makeSite(netbox())).id });
    expect(await change(port.id, { tagged_vlans: [vlan.id], untagged_vlan: vlan.id })).toEqual({
      untagged_vlan: ['Interface mode does not support untagged vlan'],
      tagged_vlans: ['Interface mode does not support tagged vlans'],
    });
    expect(await change(port.id, { mode: 'access', tagged_vlans: [vlan.id] })).toEqual({
      tagged_vlans: ['Interface mode does not support tagged vlans'],
    });
    expect(await change(port.id, { mode: 'tagged', tagged_vlans: [elsewhere.id] })).toEqual({
      tagged_vlans: [
        "VLAN v10 (10) must belong to the same site as the interface's parent device, or it must be global.",
      ],
    });
    expect(await change(port.id, { mode: 'tagged', tagged_vlans: [{ vid: 10 }] })).toEqual({
      tagged_vlans: ['Incorrect type. Expected pk value, received dict.'],
    });
    const changed = await netbox().patch(interfaces, port.id, {
      mode: 'tagged',
      tagged_vlans: [vlan.id],
      untagged_vlan: { id: vlan.id },
    });
    expect(changed).toMatchObject({
      mode: { value: 'tagged' },
      tagged_vlans: [{ id: vlan.id, vid: 10 }],
      untagged_vlan: { id: vlan.id },
    });
    expect(await netbox().ids(`${interfaces}?vlan_id=${vlan.id}`)).toEqual([port.id]);
  });

  it('keeps MAC addresses as objects of their own, one of them the primary', async () => {
    const mac = await netbox().make(macs, {
      mac_address: '001122334455',
      assigned_object_type: 'dcim.interface',
      assigned_object_id: port.id,
    });
    expect(mac).toMatchObject({
      mac_address: '00:11:22:33:44:55',
      assigned_object: { id: port.id, name: 'e1', device: { id: device.id } },
    });
    const other = await makeInterface(netbox(), device, 'e2');
    expect(await change(other.id, { primary_mac_address: mac.id })).toEqual({
      primary_mac_address: ['MAC address 00:11:22:33:44:55 is assigned to a different interface (e1).'],
    });
    expect(await netbox().patch(interfaces, port.id, { primary_mac_address: mac.id })).toMatchObject({
      mac_address: '00:11:22:33:44:55',
      primary_mac_address: { id: mac.id },
      mac_addresses: [{ id: mac.id }],
    });
    expect(
      await netbox().refused('PATCH', `${macs}${mac.id}/`, { assigned_object_type: null, assigned_object_id: null }),
    ).toEqual({
      __all__: ['Cannot unassign MAC Address while it is designated as the primary MAC for an object'],
    });
    for (const spelt of ['00-11-22-33-44-55', '0011.2233.4455', '001122334455']) {
      expect(await netbox().ids(`${macs}?mac_address=${spelt}&interface_id=${port.id}`)).toEqual([mac.id]);
    }
    expect(await netbox().list(`${macs}?mac_address=nonsense`)).toEqual([]);
    expect((await netbox().send('DELETE', `${macs}${mac.id}/`)).status).toBe(204);
    expect(await netbox().get(`${interfaces}${port.id}/`)).toMatchObject({
      mac_address: null,
      primary_mac_address: null,
    });
  });

  it('passes over mac_address on an interface', async () => {
    expect(await makeInterface(netbox(), device, 'e9', { mac_address: '00:11:22:33:44:55' })).toMatchObject({
      mac_address: null,
    });
  });

  it.each<[Json, string]>([
    ['zz', 'Invalid MAC address format: zz'],
    ['', 'Invalid MAC address format: '],
    [null, 'This field may not be null.'],
  ])('refuses the MAC address %j', async (mac_address, words) => {
    expect(await netbox().refused('POST', macs, { mac_address })).toEqual({ mac_address: [words] });
  });

  it.each<[Record<string, Json>, Json]>([
    [{ rf_role: 'ap' }, { rf_role: ['Wireless role may be set only on wireless interfaces.'] }],
    [{ poe_type: 'type1-ieee802.3af' }, { poe_type: ['Must specify PoE mode when designating a PoE type.'] }],
    [{ type: null }, { type: ['This field may not be blank.'] }],
    [{ mtu: 70000 }, { mtu: ['Ensure this value is less than or equal to 65536.'] }],
  ])('refuses %j', async (more, errors) => {
    expect(await change(port.id, more)).toEqual(errors);
  });

  it('connects two ports by a cable, each port once', async () => {
    const [a, b, c] = [
      await makeInterface(netbox(), device, 'c1'),
      await makeInterface(netbox(), device, 'c2'),
      await makeInterface(netbox(), device, 'c3', { type: 'lag' }),
    ];
    const end = (thing: Thing) => [{ object_type: 'dcim.interface', object_id: thing.id }];
    const cables = '/api/dcim/cables/';
    expect(await netbox().refused('POST', cables, { a_terminations: end(a) })).toEqual({
      __all__: ['Must define A and B terminations when creating a new cable.'],
    });
    const cable = await netbox().make(cables, { a_terminations: end(a), b_terminations: end(b) });
    expect(await netbox().get(`${interfaces}${a.id}/`)).toMatchObject({
      cable: { id: cable.id },
      cable_end: 'A',
      link_peers: [{ id: b.id }],
      connected_endpoints: [{ id: b.id }],
      _occupied: true,
    });
    expect(await netbox().refused('POST', cables, { a_terminations: end(a), b_terminations: end(port) })).toEqual({
      __all__: [`Duplicate termination found for dcim.interface ${a.id}: cable ${cable.id}`],
    });
    expect(await netbox().refused('POST', cables, { a_terminations: end(c), b_terminations: end(port) })).toEqual({
      __all__: ['Cables cannot be terminated to Link Aggregation Group (LAG) interfaces'],
    });
    expect(await netbox().ids(`${cables}?interface_id=${b.id}`)).toEqual([cable.id]);
    await netbox().send('DELETE', `${cables}${cable.id}/`);
    expect(await netbox().get(`${interfaces}${a.id}/`)).toMatchObject({
      cable: null,
      link_peers: [],
      _occupied: false,
    });
  });
});
