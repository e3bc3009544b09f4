/** Queue and store together: what the reconciler's loop stands on. */
import { randomBytes } from 'node:crypto';
import { openStore, type Store } from '@diode/store';
import { type FreshDatabase, freshDatabase, freshRedisPrefix, leakCheck, until } from '@diode/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Consumer, openQueue, PARTITIONS, type Queue } from '../src/index.js';
import { type CuttableProxy, cuttableProxy } from './cuttable-proxy.js';
import { gate } from './gate.js';

leakCheck({ per: 'file' });

const LEASE_MS = 1_500;

let database: FreshDatabase;
let store: Store;
let prefix: string;
let admin: Redis;
let proxy: CuttableProxy;
const open: Queue[] = [];
beforeEach(async () => {
  database = await freshDatabase();
  store = await openStore({ databaseUrl: database.url, maxConnections: 8, statementTimeoutMs: 10_000 });
  prefix = freshRedisPrefix();
  admin = new Redis(inject('redisUrl'));
  proxy = await cuttableProxy(inject('redisUrl'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.close()));
  await store.close();
  await admin.quit();
  await proxy.close();
  await database.drop();
});

async function queueOf(instanceId: string, redisUrl = inject('redisUrl')): Promise<Queue> {
  const queue = await openQueue({ redisUrl, prefix, instanceId, leaseMs: LEASE_MS });
  open.push(queue);
  return queue;
}

let clock = 0;
function uuidV7(): string {
  clock = Math.max(clock + 1, Date.now());
  const hex = clock.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${randomBytes(6).toString('hex')}`;
}

/** Accepts as the ingester does: commits, then announces as best it can. Ten entities, two of them about the same object. */
async function accept(queue: Queue): Promise<string> {
  const syncId = uuidV7();
  const entities = Array.from({ length: 10 }, (_, i) => ({
    objectType: 'dcim.device',
    data: { name: `d${i}` },
    observedAt: '2026-11-01T10:00:00.000Z',
    partition: i === 1 ? 0 : (i * 7) % PARTITIONS,
    orderingKey: i < 2 ? '1' : randomBytes(8).readBigInt64BE().toString(),
  }));
  await store.storeSync({
    syncId,
    source: 'test',
    clientId: 'client',
    channel: 'http',
    dryRun: false,
    receivedAt: new Date().toISOString(),
    refused: 0,
    errors: [],
    notes: [],
    entities,
    idempotency: null,
  });
  await queue.announce([...new Set(entities.map((e) => e.partition))].map((partition) => ({ partition, syncId })));
  return syncId;
}

interface WorkerOptions {
  readonly sweepMs?: number;
  /** Between claim and finish. */
  readonly inHand?: () => Promise<void>;
}

/** Applies as the reconciler does, with what was applied kept in order. */
function worker(queue: Queue, workerId: string, applied: string[], options: WorkerOptions = {}): Consumer {
  return queue.consume({
    concurrency: 4,
    sweepMs: options.sweepMs ?? 200,
    duePartitions: () => store.duePartitions(),
    onFault: () => undefined,
    drain: async (partition, signal) => {
      while (!signal.aborted) {
        const rows = await store.claim({ partition, limit: 25, workerId, leaseMs: LEASE_MS });
        if (rows.length === 0) return;
        await options.inHand?.();
        const receipts = rows.map((row) => ({
          ref: row.ref,
          state: 'applied' as const,
          objectType: row.objectType,
          key: 'k',
          action: 'update' as const,
          netbox: null,
          detail: null,
          plannedAt: null,
          appliedAt: null,
          attempts: row.attempts,
        }));
        if ((await store.finish(workerId, receipts)) > 0)
          applied.push(...rows.map((r) => `${r.ref.syncId}/${r.ref.index}`));
      }
    },
  });
}

async function completed(syncIds: readonly string[]): Promise<boolean> {
  const views = await Promise.all(syncIds.map((id) => store.sync(id, { limit: 1, cursor: null })));
  return views.every((view) => view?.status === 'completed' && view.counts.applied === 10);
}

describe('accepted work', () => {
  it('is all done, once and in order, by two workers while Redis is wiped again and again (I2)', async () => {
    const [a, b, front] = await Promise.all([queueOf('a'), queueOf('b'), queueOf('front')]);
    const applied: string[] = [];
    worker(a, 'a', applied);
    worker(b, 'b', applied);
    const syncs: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      syncs.push(...(await Promise.all(Array.from({ length: 8 }, () => accept(front)))));
      const keys = await admin.keys(`${prefix}*`);
      if (keys.length > 0) await admin.del(...keys);
    }
    await until(() => completed(syncs), { timeoutMs: 25_000, intervalMs: 100 });
    expect(applied).toHaveLength(400);
    expect(new Set(applied).size).toBe(400);
    const ofOneObject = applied.filter((row) => row.endsWith('/0') || row.endsWith('/1'));
    expect(ofOneObject).toEqual([...ofOneObject].sort());
    expect(await store.duePartitions()).toEqual([]);
  });

  it('of a worker that dies with claimed rows in hand is done by the next', async () => {
    const [dying, front] = [await queueOf('dying', proxy.url), await queueOf('front')];
    const [never, holding] = [gate(), gate()];
    const applied: string[] = [];
    worker(dying, 'dying', applied, {
      inHand: () => {
        holding.open();
        return never.promise;
      },
    });
    const syncs = await Promise.all(Array.from({ length: 10 }, () => accept(front)));
    await holding.promise;
    proxy.cut();
    worker(await queueOf('heir'), 'heir', applied);
    await until(() => completed(syncs), { timeoutMs: 25_000, intervalMs: 100 });
    // The dead one wakes up: what it finishes now counts for nothing.
    const before = applied.length;
    never.open();
    await until(async () => (await store.backlog()).total === 0);
    expect(applied).toHaveLength(before);
    expect(new Set(applied).size).toBe(100);
  });

  it('goes on without Redis', async () => {
    const queue = await queueOf('a', proxy.url);
    const applied: string[] = [];
    worker(queue, 'a', applied);
    proxy.cut();
    const syncs = await Promise.all(Array.from({ length: 10 }, () => accept(queue)));
    await until(() => completed(syncs), { timeoutMs: 25_000, intervalMs: 100 });
    expect(new Set(applied).size).toBe(100);
  });

  it('is taken up at once by a wake-up, long before any sweep', async () => {
    const queue = await queueOf('a');
    const consumer = worker(queue, 'a', [], { sweepMs: 600_000 });
    await until(() => consumer.held().length === PARTITIONS);
    for (let i = 0; i < 10; i += 1) {
      const syncId = await accept(queue);
      expect(await store.waitTerminal(syncId, 10_000)).toBe(true);
    }
  });
});
