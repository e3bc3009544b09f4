import { uuidv7 } from '@diode/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const DEVICE = {
  name: 'CORE-01',
  device_type: 'Juniper QFX5120',
  site: 'DC2',
  role: 'Core',
  management_ip: '10.2.0.1',
};

describe('a receipt', () => {
  it('tells what an earlier attempt wrote before NetBox went away', async () => {
    await world.worker();
    world.sim.control.fault({
      kind: 'status',
      status: 503,
      times: 1,
      match: (method, path) => method === 'POST' && path.includes('/ipam/ip-addresses/'),
    });
    const receipt = await world.one('dcim.device', DEVICE);
    expect(receipt).toMatchObject({ state: 'applied', action: 'create', attempts: 2 });
    expect(receipt.fields).toMatchObject({
      name: { verdict: 'written', from: null, to: 'CORE-01' },
      site: { verdict: 'written', from: null },
      primary_ip4: { verdict: 'written' },
    });
    const also = receipt.also.map((one) => [one.object_type, one.action, one.key]);
    expect(new Set(also.map((one) => one[0])).size).toBe(also.length);
    expect(also).toEqual(
      expect.arrayContaining([
        ['dcim.site', 'create', 'DC2'],
        ['dcim.manufacturer', 'create', 'Juniper'],
        ['dcim.devicetype', 'create', 'Juniper QFX5120'],
        ['dcim.interface', 'create', 'CORE-01 / mgmt0'],
        ['ipam.ipaddress', 'create', '10.2.0.1/32'],
      ]),
    );
    for (const one of receipt.also)
      expect([one.key, one.netbox?.url]).toEqual([one.key, expect.stringMatching(/^http/)]);
    expect(receipt.timing.applied_at).not.toBeNull();
  });

  it('is complete for devices of several partitions that make what they share, whoever is first', async () => {
    await world.worker({ tuning: { standBackMs: 20 } });
    const devices = ['A1', 'A2', 'A3', 'A4'].map((name) => ({
      type: 'dcim.device',
      data: { name, device_type: 'Cisco Catalyst 9200', site: 'DC1', role: 'Access' },
    }));
    const view = await world.receipts(await world.send(devices, { scatter: true }));
    expect(view.entities.map((one) => [one.state, one.action, one.fields.name?.verdict])).toEqual(
      devices.map(() => ['applied', 'create', 'written']),
    );
    const sites = view.entities.flatMap((one) => one.also).filter((one) => one.object_type === 'dcim.site');
    expect(sites.length).toBeGreaterThan(0);
  });

  it('tells what a worker wrote that died before it could say so', async () => {
    const made = await world.human('POST', 'dcim/sites/', { name: 'DC7', slug: 'dc7' });
    const syncId = await world.send([{ type: 'dcim.site', data: { name: 'DC7' } }]);
    const [row] = await world.store.claim({ partition: 3, limit: 1, workerId: 'dead', leaseMs: 1 });
    const [changeId, lost] = [uuidv7(), uuidv7()];
    const told = {
      label: 'DC7',
      because: null,
      fields: {
        name: { verdict: 'written' as const, from: null, to: 'DC7', rule: 'asserted', reason: 'said by lab' },
      },
    };
    const entry = { ref: row!.ref, objectType: 'dcim.site', before: {}, after: { name: 'DC7' }, told };
    await world.store.record('dead', [
      { ...entry, changeId, canonicalKey: 'dcim.site|slug=dc7', action: 'create', netboxId: null },
      {
        ...entry,
        changeId: lost,
        canonicalKey: 'dcim.site|slug=dc7|late',
        action: 'update',
        netboxId: Number(made.id),
        before: { name: 'DC6' },
      },
    ]);
    await world.store.settle([{ changeId, state: 'applied', netboxId: Number(made.id), requestId: 'r' }]);
    await world.worker();
    const [receipt] = (await world.receipts(syncId)).entities;
    expect(receipt).toMatchObject({
      state: 'applied',
      action: 'create',
      netbox: { id: made.id },
      fields: { name: { verdict: 'written', rule: 'asserted', reason: 'said by lab' } },
    });
    expect(receipt!.timing.applied_at).not.toBeNull();
    expect(await world.store.unsettled([row!.ref])).toEqual([]);
  });

  it('tells that a site was made for it by a worker that died before it heard so, and does not wait to say it', async () => {
    const made = await world.human('POST', 'dcim/sites/', { name: 'DC7', slug: 'dc7', status: 'active' });
    const syncId = await world.send([
      { type: 'dcim.device', data: { name: 'SW-7', device_type: 'Cisco Catalyst 9300', site: 'DC7' } },
    ]);
    const [row] = await world.store.claim({ partition: 3, limit: 1, workerId: 'dead', leaseMs: 1 });
    await world.store.record('dead', [
      {
        changeId: uuidv7(),
        ref: row!.ref,
        objectType: 'dcim.site',
        canonicalKey: 'dcim.site|slug=dc7',
        action: 'create',
        netboxId: null,
        before: {},
        after: { name: 'DC7', slug: 'dc7', status: 'active' },
        told: { label: 'DC7', because: 'site of device SW-7', fields: {} },
      },
    ]);
    await world.worker({ tuning: { repeatMarginMs: 600_000 } });
    const [receipt] = (await world.receipts(syncId)).entities;
    expect(receipt).toMatchObject({ state: 'applied', action: 'create' });
    expect(receipt!.also).toContainEqual({
      object_type: 'dcim.site',
      key: 'DC7',
      action: 'create',
      netbox: { id: made.id, url: made.display_url },
      because: 'site of device SW-7',
    });
  });
});
