import { freshRedisPrefix, leakCheck, until } from '@diode/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Consumer, type ConsumerOptions, openQueue, PARTITIONS, type Queue } from '../src/index.js';
import { queueKeys } from '../src/keys.js';
import { type CuttableProxy, cuttableProxy } from './cuttable-proxy.js';
import { gate } from './gate.js';

leakCheck({ per: 'file' });

const EVERY = Array.from({ length: PARTITIONS }, (_, i) => i);
const open: Queue[] = [];
let admin: Redis;
let prefix: string;
let proxy: CuttableProxy;
beforeAll(() => {
  admin = new Redis(inject('redisUrl'));
});
afterAll(() => admin.quit());
beforeEach(async () => {
  prefix = freshRedisPrefix();
  proxy = await cuttableProxy(inject('redisUrl'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.close()));
  await proxy.close();
});

async function queueOf(instanceId: string, redisUrl = inject('redisUrl'), leaseMs = 60_000): Promise<Queue> {
  const queue = await openQueue({ redisUrl, prefix, instanceId, leaseMs });
  open.push(queue);
  return queue;
}

/** A Postgres of one's own for these tests: partitions with work, and what drained them. */
function work() {
  const due = new Set<number>();
  const drained: number[] = [];
  const faults: string[] = [];
  const options: ConsumerOptions = {
    drain: async (partition) => {
      due.delete(partition);
      drained.push(partition);
    },
    concurrency: 4,
    duePartitions: async () => [...due],
    sweepMs: 600_000,
    onFault: ({ where, error }) => faults.push(`${where}: ${String(error)}`),
  };
  return { due, drained, faults, options };
}

const holdsAll = (consumer: Consumer) => until(() => consumer.held().length === PARTITIONS, { message: 'all leases' });

/** Messages of a partition that were read and not acknowledged. */
async function pendingOf(partition: number): Promise<number> {
  const [pending] = await admin.xpending(queueKeys(prefix).wakeups(partition), 'reconcilers');
  return Number(pending);
}

/** As FLUSHALL, for the keys of this test only. */
async function wipe(): Promise<void> {
  const keys = await admin.keys(`${prefix}*`);
  if (keys.length > 0) await admin.del(...keys);
}

describe('a wake-up', () => {
  it('reaches the drain of its partition within milliseconds, and is gone when the drain has ended', async () => {
    const queue = await queueOf('a');
    const w = work();
    const consumer = queue.consume(w.options);
    await holdsAll(consumer);
    await until(() => w.drained.length === PARTITIONS);
    w.drained.length = 0;
    const delays: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const seen = w.drained.length;
      const at = performance.now();
      expect(await queue.announce([{ partition: 5, syncId: 's' }])).toBe(true);
      await until(() => w.drained.length > seen, { intervalMs: 1 });
      delays.push(performance.now() - at);
    }
    expect(new Set(w.drained)).toEqual(new Set([5]));
    expect(delays.sort((a, b) => a - b)[5]).toBeLessThan(100);
    await until(async () => (await queue.depth()) === 0);
    expect(w.faults).toEqual([]);
  });

  it('announced before anyone consumed is not lost', async () => {
    const queue = await queueOf('a');
    await queue.announce([{ partition: 2, syncId: 's' }]);
    expect(await queue.depth()).toBe(1);
    const w = work();
    queue.consume(w.options);
    await until(() => w.drained.includes(2));
    await until(async () => (await queue.depth()) === 0);
  });

  it('in any number during a drain causes one more drain', async () => {
    const queue = await queueOf('a');
    const held = gate();
    let runs = 0;
    const w = work();
    const consumer = queue.consume({
      ...w.options,
      drain: async (partition) => {
        if (partition !== 7) return;
        runs += 1;
        if (runs === 2) await held.promise;
      },
    });
    await holdsAll(consumer);
    await until(() => runs === 1);
    await queue.announce([{ partition: 7, syncId: 's' }]);
    await until(() => runs === 2);
    await queue.announce(Array.from({ length: 50 }, (_, i) => ({ partition: 7, syncId: `s${i}` })));
    await until(async () => (await pendingOf(7)) === 51, { message: 'all of them read' });
    held.open();
    await until(async () => runs === 3 && (await queue.depth()) === 0);
    expect(runs).toBe(3);
  });

  it('keeps the stream short when nobody reads', async () => {
    const queue = await queueOf('a');
    for (let i = 0; i < 30; i += 1) {
      await queue.announce(Array.from({ length: 100 }, () => ({ partition: 0, syncId: 's' })));
    }
    expect(await queue.depth()).toBeLessThan(1_500);
  });
});

describe('a fault in a drain', () => {
  it('is told, tried again after a back-off, and leaves other partitions running', async () => {
    const queue = await queueOf('a');
    const w = work();
    let failures = 0;
    queue.consume({
      ...w.options,
      drain: async (partition) => {
        if (partition === 1 && failures < 2) {
          failures += 1;
          throw new Error('Postgres is away');
        }
        w.drained.push(partition);
      },
    });
    await until(() => w.drained.includes(1));
    expect(w.faults).toEqual(['drain: Error: Postgres is away', 'drain: Error: Postgres is away']);
    expect(new Set(w.drained)).toEqual(new Set(EVERY));
  });
});

describe('two instances', () => {
  it('share the partitions evenly and hold none twice', async () => {
    const a = (await queueOf('a')).consume(work().options);
    await holdsAll(a);
    const b = (await queueOf('b')).consume(work().options);
    await until(() => a.held().length === 8 && b.held().length === 8);
    expect([...a.held(), ...b.held()].sort((x, y) => x - y)).toEqual(EVERY);
  });

  it('go to the other at once when one stops', async () => {
    const a = (await queueOf('a')).consume(work().options);
    const w = work();
    const b = (await queueOf('b')).consume(w.options);
    await until(() => a.held().length === 8 && b.held().length === 8);
    await a.stop(1_000);
    expect(a.held()).toEqual([]);
    await holdsAll(b);
    await until(() => new Set(w.drained).size === PARTITIONS);
  });

  it('go to the other within a heartbeat when one dies, its pending wake-ups too', async () => {
    const dying = await queueOf('dying', proxy.url);
    const never = gate();
    const a = dying.consume({ ...work().options, drain: () => never.promise, concurrency: PARTITIONS });
    await holdsAll(a);
    const queue = await queueOf('heir');
    await queue.announce([{ partition: 4, syncId: 's' }]);
    await until(async () => (await pendingOf(4)) === 1);
    proxy.cut();
    const w = work();
    const b = queue.consume(w.options);
    await until(() => b.held().length === PARTITIONS, { timeoutMs: 15_000 });
    await until(async () => w.drained.includes(4) && (await queue.depth()) === 0);
    never.open();
  });
});

describe('Redis', () => {
  it('may be wiped at any moment: leases and groups come back, due work is swept (I2)', async () => {
    const queue = await queueOf('a');
    const w = work();
    const consumer = queue.consume(w.options);
    await holdsAll(consumer);
    await until(() => w.drained.length === PARTITIONS);
    w.drained.length = 0;
    w.due.add(9);
    await wipe();
    await until(() => w.drained.includes(9));
    await until(async () => (await admin.get(queueKeys(prefix).lease(9))) === 'a');
    w.drained.length = 0;
    await queue.announce([{ partition: 3, syncId: 's' }]);
    await until(() => w.drained.includes(3));
    expect(w.faults).toEqual([]);
  });

  it('away: announcing says so in time, the sweep moves all work, and all is as before when it is back', async () => {
    const queue = await queueOf('a', proxy.url);
    const w = work();
    const consumer = queue.consume({ ...w.options, sweepMs: 50 });
    await holdsAll(consumer);
    proxy.cut();
    const at = performance.now();
    expect(await queue.announce([{ partition: 1, syncId: 's' }])).toBe(false);
    expect(performance.now() - at).toBeLessThan(350);
    await until(() => w.faults.length > 0);
    w.drained.length = 0;
    for (const partition of EVERY) w.due.add(partition);
    await until(() => new Set(w.drained).size === PARTITIONS);
    await expect(queue.ping()).rejects.toThrow();
    proxy.restore();
    await until(() => queue.ping().then(() => true));
    await holdsAll(consumer);
    w.drained.length = 0;
    await until(() => queue.announce([{ partition: 6, syncId: 's' }]));
    await until(() => w.drained.includes(6));
    expect(w.faults.length).toBeLessThan(5);
  });

  it('silent (it takes bytes and says nothing): announcing gives up within 250 ms, and the consumer recovers', async () => {
    const queue = await queueOf('a', proxy.url);
    const w = work();
    const consumer = queue.consume({ ...w.options, sweepMs: 50 });
    await holdsAll(consumer);
    proxy.silence();
    const at = performance.now();
    expect(await queue.announce([{ partition: 1, syncId: 's' }])).toBe(false);
    expect(performance.now() - at).toBeLessThan(400);
    await until(() => w.faults.length > 0);
    w.due.add(12);
    await until(() => w.drained.includes(12) && !w.due.has(12));
    proxy.restore();
    w.drained.length = 0;
    await until(() => queue.announce([{ partition: 6, syncId: 's' }]));
    await until(() => w.drained.includes(6));
  });

  it('away from the start: opening works, work is swept, and leases are taken once it is there', async () => {
    proxy.cut();
    const queue = await queueOf('a', proxy.url);
    const w = work();
    w.due.add(8);
    const consumer = queue.consume({ ...w.options, sweepMs: 50 });
    await until(() => w.drained.includes(8));
    expect(consumer.held()).toEqual([]);
    proxy.restore();
    await holdsAll(consumer);
  });
});

describe('stopping', () => {
  it('tells a running drain to take no further batch, waits for it, and gives the leases back', async () => {
    const queue = await queueOf('a');
    const w = work();
    let ended = false;
    const started = gate();
    const consumer = queue.consume({
      ...w.options,
      drain: async (_, signal) => {
        started.open();
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        ended = true;
      },
    });
    await started.promise;
    await consumer.stop(5_000);
    expect(ended).toBe(true);
    expect(w.faults).toEqual([]);
    expect(await admin.keys(`${prefix}lease:*`)).toEqual([]);
  });

  it('does not wait longer than it was given', async () => {
    const queue = await queueOf('a');
    const w = work();
    const started = gate();
    const never = gate();
    const consumer = queue.consume({
      ...w.options,
      drain: () => {
        started.open();
        return never.promise;
      },
    });
    await started.promise;
    const at = performance.now();
    await consumer.stop(100);
    expect(performance.now() - at).toBeLessThan(1_500);
    expect(w.faults).toHaveLength(1);
    never.open();
  });
});
