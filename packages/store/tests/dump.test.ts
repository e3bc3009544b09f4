import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FreshDatabase, freshDatabase, leakCheck } from '@diode/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countRows, dumpRows, loadRows, migrate, openStore } from '../src/index.js';
import { newEntity, newSync } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
let dir: string;
let empty: FreshDatabase;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode dump '));
  empty = await freshDatabase({ migrate: async () => undefined });
});
afterEach(async () => {
  await empty.drop();
  await rm(dir, { recursive: true });
});

describe('a dump of rows', () => {
  it('gives the same rows in an empty database: what was asserted, in the partition of its day', async () => {
    const awkward = { name: 'tab\there \\N \u0000 \ud800 "quoted"', serial: null };
    const sync = newSync({ entities: [newEntity({ data: awkward })] });
    const old = newSync({ syncId: '00000000-0000-7000-8000-000000000001' });
    await t.store.storeSync(sync);
    await t.store.storeSync(old);
    await t.store.putSetting('mode', 'observe');
    const manifest = await dumpRows(t.url, dir);
    expect(manifest.migrations).toEqual(
      (await t.sql('SELECT name FROM schema_migrations ORDER BY id')).map((r) => r.name),
    );

    await loadRows(empty.url, dir);
    expect(await countRows(empty.url)).toEqual(await countRows(t.url));
    expect(await countRows(empty.url)).toEqual(new Map(manifest.tables.map(({ name, rows }) => [name, rows])));
    const back = await openStore({ databaseUrl: empty.url, maxConnections: 2, statementTimeoutMs: 10_000 });
    try {
      const page = { limit: 10, cursor: null };
      expect(await back.sync(sync.syncId, page)).toEqual(await t.store.sync(sync.syncId, page));
      expect(await back.sync(old.syncId, page)).toEqual(await t.store.sync(old.syncId, page));
      await back.maintain();
      await back.storeSync(newSync());
    } finally {
      await back.close();
    }
    expect(await migrate(empty.url)).toEqual({ applied: [] });
  });

  it('is of one moment: what is written while it runs is not in it', async () => {
    const before = await countRows(t.url);
    const [manifest] = await Promise.all([dumpRows(t.url, dir), t.store.storeSync(newSync())]);
    const rows = (prefix: string) =>
      manifest.tables.filter(({ name }) => name.startsWith(prefix)).reduce((sum, table) => sum + table.rows, 0);
    expect(rows('syncs')).toBe(rows('entities'));
    expect(manifest.tables.map(({ name }) => name)).toEqual([...before.keys()]);
  });

  it('is not loaded over rows, nor by a version that does not know its schema', async () => {
    await dumpRows(t.url, dir);
    await expect(loadRows(t.url, dir)).rejects.toMatchObject({ code: 'config_invalid' });
    const path = join(dir, 'tables.json');
    const manifest: { migrations: string[] } = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...manifest, migrations: [...manifest.migrations, '9999_from_tomorrow'] }));
    await expect(loadRows(empty.url, dir)).rejects.toThrow(/9999_from_tomorrow/);
    expect(await countRows(empty.url)).toEqual(new Map());
  });

  it('of an older schema is loaded into that schema, and migrated from there', async () => {
    const dumped = await freshDatabase({ migrate: async () => undefined });
    try {
      await migrate(dumped.url, { count: 7 });
      await dumpRows(dumped.url, dir);
    } finally {
      await dumped.drop();
    }
    await loadRows(empty.url, dir);
    expect((await migrate(empty.url)).applied[0]).toBe('0008_partitions_for_low_roles');
  });
});
