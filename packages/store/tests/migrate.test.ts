import { type FreshDatabase, freshDatabase, leakCheck } from '@diode/testkit';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, migrateDown, openStore } from '../src/index.js';
import { listSchema } from './list-schema.js';
import { finished, newEntity, newSync, uuidV7 } from './new-sync.js';

leakCheck({ per: 'file' });

let database: FreshDatabase;
beforeEach(async () => {
  database = await freshDatabase({ migrate: async () => undefined });
});
afterEach(() => database.drop());

/** Work that waits, work that is done, a change that is open and one that is settled. */
async function fill(url: string): Promise<void> {
  const store = await openStore({ databaseUrl: url, maxConnections: 2, statementTimeoutMs: 10_000 });
  const entities = [newEntity(), newEntity()];
  const sync = newSync({ entities, idempotency: { key: uuidV7(), bodyHash: 'h', answer: 1 } });
  await store.storeSync(sync);
  const [first] = await store.claim({ partition: 3, limit: 2, workerId: 'w', leaseMs: 60_000 });
  const change = { ref: first!.ref, objectType: 'dcim.site', netboxId: null, before: {}, after: {}, told: null };
  const [open, settled] = [uuidV7(), uuidV7()];
  await store.record('w', [
    { ...change, changeId: open, canonicalKey: open, action: 'create' },
    { ...change, changeId: settled, canonicalKey: settled, action: 'create' },
  ]);
  await store.settle([{ changeId: settled, state: 'applied', netboxId: 1, requestId: null }]);
  await store.finish('w', [finished(first!.ref)]);
  await store.putSetting('mode', 'write');
  await store.close();
}

async function ask(text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('migrating', () => {
  it('gives the schema that schema.txt lists (`vitest -u` writes it anew)', async () => {
    const { applied } = await migrate(database.url);
    expect(applied[0]).toBe('0001_partitions');
    await expect(await listSchema(ask)).toMatchFileSnapshot('../schema.txt');
  });

  it('happens once when twenty start at the same moment, and all return after it is done', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { applied } = await migrate(database.url);
        await ask('SELECT count(*) FROM settings');
        return applied.length;
      }),
    );
    expect(results.filter((n) => n > 0)).toHaveLength(1);
    const names = (await ask('SELECT name FROM schema_migrations')).map((row) => row.name);
    expect(new Set(names).size).toBe(names.length);
    expect(await migrate(database.url)).toEqual({ applied: [] });
  });

  it('goes back one step at a time to nothing, and forward to the same schema again', async () => {
    const { applied } = await migrate(database.url);
    const there = await listSchema(ask);
    for (const name of [...applied].reverse()) {
      expect(await migrateDown(database.url, { count: 1 })).toEqual({ reverted: [name] });
    }
    expect((await listSchema(ask)).split('\n').filter((line) => /^(table|function)/.test(line))).toEqual([
      'table schema_migrations',
    ]);
    expect(await ask(`SELECT relname FROM pg_class WHERE relname LIKE '%\\_p2%' OR relname LIKE '%default'`)).toEqual(
      [],
    );
    await migrate(database.url);
    expect(await listSchema(ask)).toBe(there);
  });

  it('goes back to each step with rows in every table, and forward from there to the same schema', async () => {
    const { applied } = await migrate(database.url);
    const there = await listSchema(ask);
    for (let count = 1; count <= applied.length; count += 1) {
      await fill(database.url);
      const { reverted } = await migrateDown(database.url, { count });
      expect(reverted).toEqual(applied.slice(-count).reverse());
      const kept = (await ask('SELECT name FROM schema_migrations ORDER BY id')).map((row) => row.name);
      expect(kept).toEqual(applied.slice(0, -count));
      expect(await migrate(database.url)).toEqual({ applied: applied.slice(-count) });
      expect(await listSchema(ask)).toBe(there);
    }
  });

  it('says where Postgres is not', async () => {
    await expect(migrate('postgres://nobody@127.0.0.1:1/none')).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});
