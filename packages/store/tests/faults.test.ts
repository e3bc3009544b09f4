import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@diode/embedded';
import { leakCheck, until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, openStore, type Store } from '../src/index.js';
import { finished, newEntity, newSync } from './new-sync.js';

leakCheck({ per: 'file' });

type Postgres = Awaited<ReturnType<typeof startPostgres>>;

let dataDir: string;
let postgres: Postgres;
let store: Store;
const start = () => startPostgres({ dataDir, durable: false, log: { info: () => undefined, warn: () => undefined } });

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'diode-store-'));
  await chmod(dataDir, 0o755);
  postgres = await start();
  await migrate(postgres.url);
  store = await openStore({ databaseUrl: postgres.url, maxConnections: 6, statementTimeoutMs: 5_000 });
});
afterAll(async () => {
  await store.close();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const away = { code: 'storage_unavailable', retryAfterMs: 1_000 };

/** Stores without pause until told to stop; gives what was acknowledged and how often it was refused. */
function keepStoring() {
  const acknowledged: string[] = [];
  const refusals: unknown[] = [];
  let going = true;
  const workers = Array.from({ length: 8 }, async () => {
    while (going) {
      const sync = newSync();
      await store.storeSync(sync).then(
        () => acknowledged.push(sync.syncId),
        async (error: unknown) => {
          refusals.push(error);
          await until(() => !going || store.ping().then(() => true), { intervalMs: 20, timeoutMs: 20_000 });
        },
      );
    }
  });
  return {
    acknowledged,
    refusals,
    stop: async () => {
      going = false;
      await Promise.all(workers);
    },
  };
}

async function missing(acknowledged: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(acknowledged.map((id) => store.entity({ syncId: id, index: 0 })));
  return acknowledged.filter((_, i) => found[i] === null);
}

describe('Postgres', () => {
  it('killed under load: nothing acknowledged is lost, the rest is refused as retryable, and it goes on by itself (I1)', async () => {
    const load = keepStoring();
    await until(() => load.acknowledged.length > 50);
    const { pid } = postgres;
    expect(pid).not.toBeNull();
    process.kill(pid ?? 0, 'SIGKILL');
    await until(() => load.refusals.length > 0);
    const before = load.acknowledged.length;
    await until(() => load.acknowledged.length > before + 50, { timeoutMs: 20_000 });
    await load.stop();
    for (const refusal of load.refusals) expect(refusal).toMatchObject(away);
    expect(await missing(load.acknowledged)).toEqual([]);
  });

  it('stopped: every verb says so, a waiter waits on; started again: all of it works', async () => {
    const sync = newSync({ entities: [newEntity()] });
    await store.storeSync(sync);
    const wait = store.waitTerminal(sync.syncId, 25_000);
    await postgres.stop();
    await expect(store.storeSync(newSync())).rejects.toMatchObject(away);
    await expect(store.claim({ partition: 3, limit: 1, workerId: 'w', leaseMs: 1_000 })).rejects.toMatchObject(away);
    await expect(store.ping()).rejects.toMatchObject(away);
    await expect(store.backlog()).rejects.toMatchObject(away);
    postgres = await start();
    await until(() => store.ping().then(() => true));
    await until(
      async () => {
        const rows = await store.claim({ partition: 3, limit: 10_000, workerId: 'w', leaseMs: 60_000 });
        await store.finish(
          'w',
          rows.map((row) => finished(row.ref)),
        );
        return rows.length === 0;
      },
      { timeoutMs: 20_000 },
    );
    expect(await wait).toBe(true);
  });

  it('not there when the store is opened: said at once', async () => {
    const options = { databaseUrl: 'postgres://nobody@127.0.0.1:1/none', maxConnections: 1, statementTimeoutMs: 1_000 };
    await expect(openStore(options)).rejects.toMatchObject(away);
  });
});
