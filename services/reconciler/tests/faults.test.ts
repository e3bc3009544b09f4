import { until } from '@diode/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const SITE = { name: 'DC7', status: 'active' };
const isWrite = (method: string, path: string): boolean => method !== 'GET' && path.startsWith('/api/');
const anyApi = (_method: string, path: string): boolean => path.startsWith('/api/');

describe('NetBox that does not answer as it should', () => {
  it.each([
    ['away (503)', { kind: 'status', status: 503 }],
    ['behind a broken proxy (HTML 502)', { kind: 'html', status: 502 }],
    ['a login page', { kind: 'html', status: 200 }],
    ['raising (500)', { kind: 'status', status: 500 }],
    ['hanging', { kind: 'hang' }],
    ['cutting connections', { kind: 'drop' }],
  ] as const)('%s: nothing is failed or lost, and the work is done when it is back', async (_name, fault) => {
    const { app } = await world.worker();
    const mend = world.sim.control.fault({ ...fault, match: anyApi });
    const syncId = await world.send([{ type: 'dcim.site', data: SITE }]);
    const platform = await until(async () => {
      const body = (await app.inject({ url: '/api/v1/sync/status' })).json();
      return body.status === 'degraded' ? body : null;
    });
    expect(platform).toMatchObject({ netbox: { reachable: false }, gates: [{ gate: 'netbox' }] });
    const view = await world.store.sync(syncId, { limit: 1, cursor: null });
    expect(['queued', 'planning', 'retrying']).toContain(view?.entities[0]?.state);
    mend();
    expect((await world.receipts(syncId)).entities[0]).toMatchObject({ state: 'applied', error: null });
    expect(await world.netbox('dcim/sites/')).toHaveLength(1);
  });

  it('shows what NetBox said while an entity waits for its next try', async () => {
    const { app } = await world.worker();
    world.sim.control.fault({ kind: 'status', status: 429, retryAfter: '2', times: 2, match: isWrite });
    const syncId = await world.send([{ type: 'dcim.site', data: SITE }]);
    const waiting = await until(async () => {
      const view = await world.store.sync(syncId, { limit: 1, cursor: null });
      return view?.entities[0]?.state === 'retrying' ? view.entities[0] : null;
    });
    expect(waiting.error).toMatchObject({ code: 'netbox_unavailable', detail: expect.stringContaining('slow down') });
    expect(Date.parse(waiting.next_attempt_at ?? '')).toBeGreaterThan(0);
    const idle = (await app.inject({ url: '/api/v1/why-idle' })).json();
    expect(idle).toMatchObject({
      idle: false,
      waiting_for: [{ reason: expect.stringContaining('slow down'), count: 1 }],
    });
  });

  it('says once that it is away, in the log and in why-idle, and opens again', async () => {
    const { app } = await world.worker();
    const mend = world.sim.control.fault({ kind: 'html', status: 502, match: anyApi });
    for (let n = 0; n < 5; n += 1) await world.send([{ type: 'dcim.site', data: { name: `S${n}` } }]);
    const idle = await until(async () => {
      const body = (await app.inject({ url: '/api/v1/why-idle' })).json();
      return body.gates.length > 0 && body.waiting === 5 ? body : null;
    });
    expect(idle.gates[0]).toMatchObject({ gate: 'netbox', reason: expect.stringContaining('an HTML page') });
    mend();
    await until(async () => (await world.netbox('dcim/sites/')).length === 5);
    await until(async () => (await app.inject({ url: '/api/v1/why-idle' })).json().idle);
    const lines = world.logs.lines().filter((line) => line.msg === 'gate closed' || line.msg === 'gate opened');
    expect(lines.map((line) => line.msg)).toEqual(['gate closed', 'gate opened']);
  });

  it('asking to slow down is heard', async () => {
    await world.worker();
    world.sim.control.fault({ kind: 'status', status: 429, retryAfter: '1', times: 2, match: isWrite });
    const receipt = await world.one('dcim.site', SITE);
    expect(receipt).toMatchObject({ state: 'applied' });
    expect(receipt.attempts).toBeGreaterThan(1);
  });
});

describe('an answer that is lost', () => {
  it('does not make an object twice, and the receipt knows it was made (I4)', async () => {
    await world.worker();
    world.sim.control.fault({ kind: 'drop-after-commit', times: 1, match: isWrite });
    const receipt = await world.one('ipam.vrf', { name: 'blue' });
    expect(receipt).toMatchObject({ state: 'applied', action: 'create' });
    const vrfs = await world.netbox('ipam/vrfs/');
    expect(vrfs).toHaveLength(1);
    expect(receipt.netbox?.id).toBe(vrfs[0]!.id);
  });

  it('is lost at every write of a device, and there is one of everything', async () => {
    await world.worker();
    world.sim.control.fault({ kind: 'drop-after-commit', times: 6, match: isWrite });
    const receipt = await world.receipts(
      await world.send([
        {
          type: 'dcim.device',
          data: { name: 'SW-9', device_type: 'Cisco Catalyst 9300', site: 'DC1', management_ip: '10.1.1.9' },
        },
      ]),
      28_000,
    );
    expect(receipt.entities[0]?.state).toBe('applied');
    for (const path of [
      'dcim/devices/',
      'dcim/sites/',
      'dcim/device-types/',
      'dcim/interfaces/',
      'ipam/ip-addresses/',
    ]) {
      expect([path, (await world.netbox(path)).length]).toEqual([path, 1]);
    }
  });

  it('is waited for before a create that is not there is sent again', async () => {
    await world.worker();
    const cut = world.sim.control.fault({ kind: 'drop', times: 1, match: isWrite });
    const started = performance.now();
    const receipt = await world.one('ipam.vrf', { name: 'green' });
    cut();
    expect(receipt.state).toBe('applied');
    expect(performance.now() - started).toBeGreaterThan(1_200);
    expect(await world.netbox('ipam/vrfs/')).toHaveLength(1);
  });
});

describe('workers side by side', () => {
  it('make what both need once', async () => {
    await world.worker({ instanceId: 'one' });
    await world.worker({ instanceId: 'two' });
    const devices = Array.from({ length: 24 }, (_, n) => ({
      type: 'dcim.device',
      data: { name: `SW-${n}`, device_type: 'Juniper EX4300', site: 'DC1', tenant: 'Acme' },
    }));
    const view = await world.receipts(await world.send(devices, { scatter: true }), 28_000);
    expect(view.entities.filter((one) => one.state !== 'applied')).toEqual([]);
    for (const path of [
      'dcim/sites/',
      'dcim/manufacturers/',
      'dcim/device-types/',
      'dcim/device-roles/',
      'tenancy/tenants/',
    ]) {
      expect([path, (await world.netbox(path)).length]).toEqual([path, 1]);
    }
    expect(await world.netbox('dcim/devices/')).toHaveLength(24);
  });
});

describe('poison', () => {
  it("fails alone, with NetBox's words, and its neighbours go through (I11)", async () => {
    await world.worker();
    await world.human('POST', 'ipam/vrfs/', { name: 'taken', rd: '65000:9' });
    const rows = Array.from({ length: 30 }, (_, n) => ({
      type: 'dcim.site',
      data: { name: `S${n}` } as Record<string, string>,
    }));
    // NetBox alone knows that this one cannot be: a time zone it does not have.
    rows[17] = { type: 'dcim.site', data: { name: 'S17', time_zone: 'Mars/Olympus' } };
    const view = await world.receipts(await world.send(rows));
    expect(view.counts).toEqual({ applied: 29, failed: 1 });
    const failed = view.entities[17]!;
    expect(failed.error).toMatchObject({
      code: 'netbox_refused',
      errors: [expect.objectContaining({ pointer: '/time_zone' })],
    });
    expect(failed.fields.time_zone).toMatchObject({ verdict: 'failed', rule: 'netbox' });
    expect(await world.netbox('dcim/sites/')).toHaveLength(29);
  });

  it('of something needed fails those who need it, with the cause', async () => {
    await world.worker();
    const view = await world.receipts(
      await world.send([
        { type: 'dcim.site', data: { name: 'Bad', time_zone: 'Mars/Olympus' } },
        { type: 'dcim.device', data: { name: 'SW-1', device_type: 'Cisco Catalyst 9300', site: 'Bad' } },
        { type: 'dcim.device', data: { name: 'SW-2', device_type: 'Cisco Catalyst 9300', site: 'Good' } },
      ]),
    );
    expect(view.entities.map((one) => one.state)).toEqual(['failed', 'failed', 'applied']);
    expect(view.entities[1]?.error?.detail).toContain('Bad');
  });
});
