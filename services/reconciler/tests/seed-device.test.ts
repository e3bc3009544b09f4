import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.js';

/** The device the seed's Python client sends. */
const SEED = {
  name: 'switch-01',
  device_type: 'Cisco Catalyst 9300',
  site: 'DC1',
  serial: 'FCW1234A5B6',
  management_ip: '10.1.1.100',
  custom_fields: { intent_managed: true, automation_enabled: true },
} as const;

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const verdicts = (fields: Readonly<Record<string, { verdict: string }>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.verdict]));

describe("the seed's device", () => {
  it('is in NetBox with all it hangs on, and the receipt says so field by field', async () => {
    await world.worker();
    const receipt = await world.one('dcim.device', SEED);
    expect(receipt.error).toBeNull();
    expect(receipt).toMatchObject({ state: 'applied', action: 'create', attempts: 1 });

    const [device] = await world.netbox('dcim/devices/');
    expect(device).toMatchObject({
      name: 'SWITCH-01',
      serial: 'FCW1234A5B6',
      device_type: { model: 'Catalyst 9300', manufacturer: { name: 'Cisco' } },
      site: { name: 'DC1', slug: 'dc1' },
      role: { name: 'Unknown' },
      primary_ip4: { address: '10.1.1.100/32' },
      custom_fields: { intent_managed: true, automation_enabled: true },
    });
    expect(receipt.netbox).toEqual({ id: device!.id, url: device!.display_url });
    const [address] = await world.netbox('ipam/ip-addresses/');
    expect(address).toMatchObject({
      assigned_object: { name: 'mgmt0', device: { name: 'SWITCH-01' } },
      status: { value: 'active' },
    });

    expect(verdicts(receipt.fields)).toMatchObject({
      name: 'written',
      site: 'written',
      device_type: 'written',
      role: 'defaulted',
      primary_ip4: 'written',
    });
    expect(receipt.also.map((one) => [one.object_type, one.action]).sort()).toEqual(
      expect.arrayContaining([
        ['dcim.devicerole', 'create'],
        ['dcim.devicetype', 'create'],
        ['dcim.interface', 'create'],
        ['dcim.manufacturer', 'create'],
        ['dcim.site', 'create'],
        ['ipam.ipaddress', 'create'],
      ]),
    );
    for (const one of receipt.also) expect(one.netbox?.id).toBeGreaterThan(0);
  });

  it('costs NetBox nothing when it comes again (I13)', async () => {
    await world.worker({ tuning: { feedIntervalMs: 60_000 } });
    await world.one('dcim.device', SEED);
    const again = await world.one('dcim.device', SEED);
    world.sim.control.resetRequests();
    const third = await world.one('dcim.device', SEED);
    expect([again.state, third.state]).toEqual(['unchanged', 'unchanged']);
    expect(world.sim.control.requests()).toEqual([]);
    expect(third.netbox?.id).toBe(again.netbox?.id);
  });

  it('has the verdicts of an unchanged entity rebuilt when somebody looks', async () => {
    const { app } = await world.worker();
    await world.one('dcim.device', SEED);
    const syncId = await world.send([{ type: 'dcim.device', data: SEED }]);
    await world.receipts(syncId);
    const response = await app.inject({ url: `/api/v1/sync/${syncId}/status` });
    const [receipt] = response.json().entities;
    expect(receipt.state).toBe('unchanged');
    expect(verdicts(receipt.fields)).toMatchObject({ name: 'equal', site: 'equal', device_type: 'equal' });
  });

  it('takes what its type brings along instead of making it twice', async () => {
    const { id: manufacturer } = await world.human('POST', 'dcim/manufacturers/', { name: 'Cisco', slug: 'cisco' });
    const type = await world.human('POST', 'dcim/device-types/', {
      manufacturer: Number(manufacturer),
      model: 'Catalyst 9300',
      slug: 'c9300',
    });
    for (const [name, mgmt] of [
      ['GigabitEthernet0/0', true],
      ['GigabitEthernet1/0/1', false],
    ] as const) {
      await world.human('POST', 'dcim/interface-templates/', {
        device_type: Number(type.id),
        name,
        type: '1000base-t',
        mgmt_only: mgmt,
      });
    }
    await world.worker();
    const receipt = await world.one('dcim.device', SEED);
    expect(receipt.state).toBe('applied');
    expect((await world.netbox('dcim/interfaces/')).map((one) => one.name).sort()).toEqual([
      'GigabitEthernet0/0',
      'GigabitEthernet1/0/1',
    ]);
    const [address] = await world.netbox('ipam/ip-addresses/');
    expect(address).toMatchObject({ assigned_object: { name: 'GigabitEthernet0/0' } });
    const [device] = await world.netbox('dcim/devices/');
    expect(device).toMatchObject({ device_type: { slug: 'c9300' }, primary_ip4: { address: '10.1.1.100/32' } });
  });

  it('keeps its serial once it has one (immutable is the shipped rule) and takes a new platform', async () => {
    await world.worker();
    await world.one('dcim.device', SEED);
    const receipt = await world.one('dcim.device', { name: 'switch-01', site: 'DC1', platform: 'IOS XE' });
    expect(receipt).toMatchObject({ state: 'applied', action: 'update' });
    expect((await world.netbox('dcim/devices/'))[0]).toMatchObject({
      platform: { name: 'IOS XE' },
      serial: 'FCW1234A5B6',
    });
  });

  it('clears what is asserted as null and leaves alone what is not asserted (I7)', async () => {
    await world.worker();
    await world.one('dcim.device', { ...SEED, platform: 'IOS XE', description: 'in row 4' });
    const receipt = await world.one('dcim.device', { name: 'switch-01', site: 'DC1', platform: null });
    expect(receipt.state).toBe('applied');
    expect((await world.netbox('dcim/devices/'))[0]).toMatchObject({ platform: null, description: 'in row 4' });
  });

  it('gives a verdict for a custom field nobody declared, not a failure', async () => {
    await world.worker();
    const receipt = await world.one('dcim.device', { ...SEED, custom_fields: { favourite_colour: 'green' } });
    expect(receipt.state).toBe('applied');
    const field = Object.entries(receipt.fields).find(([name]) => name.includes('favourite_colour'));
    expect(field?.[1].verdict).toBe('unknown');
  });

  it('is rejected without type and site, before anything is written', async () => {
    await world.worker();
    const receipt = await world.one('dcim.device', { name: 'test-device-1' });
    expect(receipt.state).toBe('rejected');
    expect(receipt.error?.errors.map((problem) => problem.pointer).sort()).toEqual(['/device_type', '/site']);
    expect(await world.netbox('dcim/devices/')).toEqual([]);
  });
});

describe('what devices hang on', () => {
  it('writes interfaces, addresses, MACs, prefixes, VLANs, VRFs and tags of one sync, wherever each is worked on', async () => {
    await world.worker();
    const syncId = await world.send(
      [
        {
          type: 'dcim.device',
          data: { name: 'LEAF-1', device_type: 'Arista DCS-7050', site: 'DC1', role: 'Leaf', tags: ['fabric'] },
        },
        {
          type: 'dcim.interface',
          data: {
            device: { name: 'LEAF-1', site: 'DC1' },
            name: 'Ethernet1',
            type: '10gbase-x-sfpp',
            description: 'uplink',
          },
        },
        {
          type: 'ipam.ipaddress',
          data: {
            address: '10.9.0.1/31',
            status: 'active',
            assigned_object: { interface: { name: 'Ethernet1', device: { name: 'LEAF-1', site: 'DC1' } } },
          },
        },
        {
          type: 'dcim.macaddress',
          data: {
            mac_address: '00:1c:73:00:00:01',
            assigned_object: { interface: { name: 'Ethernet1', device: { name: 'LEAF-1', site: 'DC1' } } },
          },
        },
        { type: 'ipam.vrf', data: { name: 'blue', rd: '65000:1' } },
        {
          type: 'ipam.prefix',
          data: { prefix: '10.9.0.0/24', vrf: { rd: '65000:1', name: 'blue' }, status: 'active' },
        },
        { type: 'ipam.vlan', data: { vid: 100, name: 'users', site: 'DC1' } },
      ],
      { scatter: true },
    );
    const view = await world.receipts(syncId, 25_000);
    // Who was first made it: an entity may find that a neighbour's reference has made its object already.
    for (const one of view.entities)
      expect([one.object_type, one.state]).toEqual([one.object_type, expect.stringMatching(/^(applied|unchanged)$/)]);
    expect(await world.netbox('dcim/interfaces/')).toMatchObject([{ name: 'Ethernet1', description: 'uplink' }]);
    expect(await world.netbox('ipam/ip-addresses/')).toMatchObject([
      { address: '10.9.0.1/31', assigned_object: { name: 'Ethernet1' } },
    ]);
    expect(await world.netbox('dcim/mac-addresses/')).toMatchObject([
      { mac_address: '00:1C:73:00:00:01', assigned_object: { name: 'Ethernet1' } },
    ]);
    expect(await world.netbox('ipam/prefixes/')).toMatchObject([{ prefix: '10.9.0.0/24', vrf: { name: 'blue' } }]);
    expect(await world.netbox('ipam/vlans/')).toMatchObject([{ vid: 100, site: { name: 'DC1' } }]);
    expect(await world.netbox('extras/tags/')).toMatchObject([{ name: 'fabric' }]);
    expect(await world.netbox('dcim/sites/')).toHaveLength(1);
    expect(await world.netbox('dcim/devices/')).toHaveLength(1);
  });
});
