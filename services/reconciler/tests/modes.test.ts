import { until } from '@diode/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { platformSchema, whyIdleSchema } from '../src/api/schemas.js';
import { startWorld, type World } from './harness.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const DEVICE = { name: 'SW-1', device_type: 'Cisco Catalyst 9300', site: 'DC1', management_ip: '10.1.1.1' };

describe('observe mode', () => {
  it('plans and receipts everything and writes nothing, until it is told to go live', async () => {
    const { app } = await world.worker({ mode: 'observe' });
    const receipt = await world.one('dcim.device', DEVICE);
    expect(receipt).toMatchObject({ state: 'held', action: 'create', error: { code: 'observe' } });
    expect(receipt.fields.name).toMatchObject({ verdict: 'held', rule: 'observe', to: 'SW-1' });
    expect(await world.netbox('dcim/devices/')).toEqual([]);
    expect(await world.netbox('dcim/sites/')).toEqual([]);

    const went = await app.inject({ method: 'POST', url: '/api/v1/mode', payload: { mode: 'write' } });
    expect([went.statusCode, went.json()]).toEqual([200, { mode: 'write' }]);
    expect((await world.one('dcim.device', DEVICE)).state).toBe('applied');
    expect(await world.netbox('dcim/devices/')).toHaveLength(1);
  });

  it('stays live over a restart with the same variable, and follows a changed one', async () => {
    const first = await world.worker({ mode: 'observe' });
    await first.app.inject({ method: 'POST', url: '/api/v1/mode', payload: { mode: 'write' } });
    await first.stop();
    const second = await world.worker({ mode: 'observe' });
    expect((await second.app.inject({ url: '/api/v1/mode' })).json()).toEqual({ mode: 'write' });
    await second.stop();
    await (await world.worker({ mode: 'write' })).stop();
    const third = await world.worker({ mode: 'observe' });
    expect((await third.app.inject({ url: '/api/v1/mode' })).json()).toEqual({ mode: 'observe' });
  });
});

describe('a dry run', () => {
  it('shows what would be written and writes nothing', async () => {
    await world.worker();
    const view = await world.receipts(await world.send([{ type: 'dcim.device', data: DEVICE }], { dryRun: true }));
    expect(view).toMatchObject({
      dry_run: true,
      entities: [{ state: 'applied', action: 'create', netbox: null, timing: { applied_at: null } }],
    });
    expect(view.entities[0]?.also.map((one) => one.object_type)).toContain('dcim.site');
    expect(await world.netbox('dcim/sites/')).toEqual([]);
  });
});

describe('a person at NetBox', () => {
  it('is seen through the change log, and what she changed is not taken for what we wrote', async () => {
    await world.worker({ tuning: { feedIntervalMs: 50 } });
    const receipt = await world.one('dcim.site', { name: 'DC1', description: 'first' });
    await world.human('PATCH', `dcim/sites/${receipt.netbox?.id}/`, { description: 'by hand' });
    await until(async () => {
      const found = await world.store.lookup(
        [
          {
            key: 'dcim.site|slug=dc1',
            objectType: 'dcim.site',
            by: { kind: 'fields', values: { slug: 'dc1' }, fold: [] },
          },
        ],
        60_000,
      );
      return found.get('dcim.site|slug=dc1')?.[0]?.data.description === 'by hand';
    });
    const again = await world.one('dcim.site', { name: 'DC1', description: 'first' });
    expect(again.fields.description ?? again).toMatchObject({ from: 'by hand' });
  });

  it('deleting an object has it made again', async () => {
    await world.worker({ tuning: { feedIntervalMs: 50 } });
    const receipt = await world.one('dcim.site', { name: 'DC1' });
    await world.human('DELETE', `dcim/sites/${receipt.netbox?.id}/`);
    await until(async () =>
      (await world.store.stats()).every((row) => row.objectType !== 'dcim.site' || row.count === 0),
    );
    const again = await world.one('dcim.site', { name: 'DC1' });
    expect(again).toMatchObject({ state: 'applied', action: 'create' });
    expect(again.netbox?.id).not.toBe(receipt.netbox?.id);
  });

  it('deleting an object a moment before it is updated does not fail the update', async () => {
    await world.worker({ tuning: { feedIntervalMs: 60_000 } });
    const receipt = await world.one('dcim.site', { name: 'DC1' });
    await world.human('DELETE', `dcim/sites/${receipt.netbox?.id}/`);
    const again = await world.one('dcim.site', { name: 'DC1', description: 'new' });
    expect(again).toMatchObject({ state: 'applied', action: 'create' });
  });
});

describe('the API', () => {
  it('answers as its schemas say', async () => {
    const { app } = await world.worker();
    await world.one('dcim.site', { name: 'DC1' });
    const platform = (await app.inject({ url: '/api/v1/sync/status' })).json();
    expect(platformSchema.parse(platform)).toMatchObject({
      status: 'ok',
      netbox: { reachable: true, version: '4.4.10' },
    });
    expect(whyIdleSchema.parse((await app.inject({ url: '/api/v1/why-idle' })).json())).toMatchObject({
      idle: true,
      gates: [],
    });
    const recent = (await app.inject({ url: '/api/v1/syncs/recent?limit=5' })).json();
    expect(recent.syncs).toMatchObject([{ source: 'lab', status: 'completed' }]);
    expect((await app.inject({ url: '/api/v1/policies' })).json()).toHaveProperty('rules');
  });

  it('pages a sync by cursor', async () => {
    const { app } = await world.worker();
    const syncId = await world.send(
      Array.from({ length: 5 }, (_, n) => ({ type: 'dcim.site', data: { name: `S${n}` } })),
    );
    await world.receipts(syncId);
    const seen: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { entities: { index: number }[]; next: string | null } = (
        await app.inject({ url: `/api/v1/sync/${syncId}/status?limit=2&cursor=${next}` })
      ).json();
      seen.push(...page.entities.map((one) => one.index));
      next = page.next;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('refuses what it does not understand with a reason', async () => {
    const { app } = await world.worker();
    const statuses = await Promise.all(
      [
        { url: '/api/v1/sync/not-a-uuid/status' },
        { url: '/api/v1/sync/01890000-0000-7000-8000-000000000000/status' },
        { url: '/api/v1/syncs/recent?limit=x' },
        { method: 'POST', url: '/api/v1/mode', payload: { mode: 'maybe' } } as const,
      ].map(async (request) => (await app.inject(request)).json().code),
    );
    expect(statuses).toEqual(['not_found', 'not_found', 'invalid_parameter', 'invalid_request']);
  });

  it('writes one line a sync', async () => {
    await world.worker();
    const syncId = await world.send(
      Array.from({ length: 20 }, (_, n) => ({ type: 'dcim.site', data: { name: `S${n}` } })),
    );
    await world.receipts(syncId);
    const lines = await until(() => {
      const found = world.logs.lines().filter((line) => line.sync_id === syncId);
      return found.length > 0 ? found : null;
    });
    expect(lines).toMatchObject([{ msg: 'sync complete', status: 'completed', counts: { applied: 20 } }]);
    expect(world.logs.errors()).toEqual([]);
  });
});
