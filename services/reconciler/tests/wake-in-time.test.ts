import { until } from '@diode/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** No sweep comes to help, and NetBox's change log is not looked at meanwhile. */
const NO_SWEEP = { sweepMs: 600_000, feedIntervalMs: 60_000, standBackMs: 200 } as const;
const device = (name: string) => ({
  type: 'dcim.device',
  data: { name, device_type: 'Cisco Catalyst 9300', site: 'DC1', role: 'Access' },
});

describe('work that was parked', () => {
  it('wakes in time: devices of three partitions that need the same site, type and role', async () => {
    const { queue } = await world.worker({ tuning: NO_SWEEP });
    await queue.ping();
    const view = await world.receipts(
      await world.send([device('A1'), device('A2'), device('A3')], { scatter: true }),
      5_000,
    );
    expect(view.counts).toEqual({ applied: 3 });
  });

  it('wakes in time after NetBox was slow to take it', async () => {
    await world.worker({ tuning: NO_SWEEP });
    world.sim.control.fault({
      kind: 'status',
      status: 429,
      retryAfter: '1',
      times: 1,
      match: (method) => method !== 'GET',
    });
    expect((await world.one('dcim.site', { name: 'DC7' })).state).toBe('applied');
  });

  it('by a process that is gone wakes in time in the next', async () => {
    const syncId = await world.send([device('A1')]);
    const [row] = await until(async () => {
      const rows = await world.store.claim({ partition: 3, limit: 1, workerId: 'gone', leaseMs: 60_000 });
      return rows.length > 0 ? rows : null;
    });
    await world.store.park('gone', [
      { ref: row!.ref, state: 'queued', delayMs: 700, attempted: false, waitingFor: 'a site', error: null },
    ]);
    const { app } = await world.worker({ tuning: NO_SWEEP });
    const idle = (await app.inject({ url: '/api/v1/why-idle' })).json();
    expect(idle).toMatchObject({ idle: false, waiting: 1 });
    expect((await world.receipts(syncId, 5_000)).counts).toEqual({ applied: 1 });
  });

  it('or is in the hands of a process that may be dead: why-idle says whose, and when another takes it up', async () => {
    await world.send([device('A1'), device('A2')]);
    await until(async () => {
      await world.store.claim({ partition: 3, limit: 2, workerId: 'gone', leaseMs: 50_000 });
      return (await world.store.inHand()).length > 0;
    });
    const { app } = await world.worker({ tuning: NO_SWEEP });
    const idle = (await app.inject({ url: '/api/v1/why-idle' })).json();
    expect(idle.notes).toContainEqual(expect.stringMatching(/^gone works on 2; if it is dead, .* in (50|4\d) s$/));
  });
});
