import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lifecycle, makeLifecycle, makeLogger } from '@diode/runtime';
import { type FreshDatabase, freshDatabase, until } from '@diode/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DataParts, startDataParts } from '../src/data-parts.js';

const LEASE_MS = 45_000;

let dataDir: string;
let database: FreshDatabase;
const running: Lifecycle[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'diode-restart-'));
  await chmod(dataDir, 0o755);
  database = await freshDatabase();
});
afterEach(async () => {
  for (const life of running.splice(0)) await life.stop('test');
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** The standalone's own Redis, which locks the data directory, and the tests' Postgres. */
async function start(pid: number): Promise<DataParts & { readonly stop: () => Promise<void> }> {
  const instanceId = `host-${pid}`;
  const logger = makeLogger({ level: 'silent', service: 'test', instanceId });
  const life = makeLifecycle({ logger });
  running.push(life);
  const parts = await startDataParts({
    dataDir,
    databaseUrl: database.url,
    redisUrl: null,
    instanceId,
    leaseMs: LEASE_MS,
    logger,
    life,
  });
  return { ...parts, stop: async () => void (await life.stop('test')) };
}

function newSyncId(): string {
  const hex = Date.now().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${randomBytes(6).toString('hex')}`;
}

it('goes on at once with what a killed predecessor had in hand, under the same name', async () => {
  const first = await start(1);
  const syncId = newSyncId();
  await first.store.storeSync({
    syncId,
    source: 'test',
    clientId: 'test',
    channel: 'http',
    dryRun: false,
    receivedAt: new Date().toISOString(),
    refused: 0,
    errors: [],
    notes: [],
    idempotency: null,
    entities: [0, 1].map((n) => ({
      objectType: 'dcim.site',
      data: { name: `S${n}` },
      observedAt: new Date().toISOString(),
      partition: 3,
      orderingKey: String(n),
    })),
  });
  const claim = { partition: 3, limit: 10, leaseMs: LEASE_MS };
  expect(await first.store.claim({ ...claim, workerId: first.instanceId })).toHaveLength(2);
  const open = {
    changeId: newSyncId(),
    ref: { syncId, index: 0 },
    objectType: 'dcim.site',
    canonicalKey: 'dcim.site|slug=s0',
    action: 'create' as const,
    netboxId: null,
    before: {},
    after: { name: 'S0' },
    told: null,
  };
  await first.store.record(first.instanceId, [open]);
  // Nothing is finished, parked or given back: all that is left of it is what Postgres and Redis hold.
  await first.stop();

  const second = await start(2);
  expect(second.instanceId).toBe(first.instanceId);
  expect(await second.store.duePartitions()).toEqual([3]);
  const rows = await second.store.claim({ ...claim, workerId: second.instanceId });
  expect(rows.map((row) => [row.claimedBefore, row.hasUnsettledChanges])).toEqual([
    [true, true],
    [true, false],
  ]);
  const consumer = second.queue.consume({
    drain: async () => undefined,
    concurrency: 1,
    duePartitions: async () => [],
    sweepMs: 60_000,
    onFault: () => undefined,
  });
  await until(() => consumer.held().length === 16);
  expect((await readFile(join(dataDir, 'instance-id'), 'utf8')).trim()).toMatch(/^[0-9a-f]{40}$/);
});
