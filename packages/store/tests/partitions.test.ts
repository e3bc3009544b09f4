import { leakCheck } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidFloor } from '../src/view/uuid-floor.js';
import { newSync, uuidV7 } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.close());

const dayMs = 86_400_000;
const partitionOf = async (table: string, syncId: string) => {
  const [row] = await t.sql(`SELECT tableoid::regclass::text AS name FROM ${table} WHERE sync_id = $1`, [syncId]);
  return row?.name;
};
const nameOf = (table: string, at: number) =>
  `${table}_p${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}`;

describe('day partitions', () => {
  it('hold what came that day, by the time in the sync id', async () => {
    const sync = newSync();
    await t.store.storeSync(sync);
    const at = Number.parseInt(sync.syncId.replaceAll('-', '').slice(0, 12), 16);
    expect(await partitionOf('syncs', sync.syncId)).toBe(nameOf('syncs', at));
    expect(await partitionOf('entities', sync.syncId)).toBe(nameOf('entities', at));
  });

  it('are not needed for an insert: what no day takes waits in the default partition, and moves when its day is made', async () => {
    const today = Math.floor(Date.now() / dayMs) * dayMs;
    await t.sql(`DROP TABLE ${nameOf('syncs', today)}, ${nameOf('entities', today)}`);
    const sync = newSync({ syncId: uuidV7() });
    const old = newSync({ syncId: '00000000-0000-7000-8000-000000000001' });
    await t.store.storeSync(sync);
    await t.store.storeSync(old);
    expect(await partitionOf('entities', sync.syncId)).toBe('entities_default');
    await t.store.maintain();
    expect(await partitionOf('entities', sync.syncId)).toBe(nameOf('entities', today));
    expect(await partitionOf('syncs', sync.syncId)).toBe(nameOf('syncs', today));
    expect(await partitionOf('entities', old.syncId)).toBe('entities_default');
    expect((await t.store.sync(sync.syncId, { limit: 1, cursor: null }))?.counts).toEqual({ queued: 1 });
  });

  it('are made by any number of processes at once, while inserts go on', async () => {
    const today = Math.floor(Date.now() / dayMs) * dayMs;
    await t.sql(`DROP TABLE ${nameOf('syncs', today + 3 * dayMs)}`);
    await Promise.all([
      ...Array.from({ length: 4 }, () => t.store.maintain()),
      ...Array.from({ length: 50 }, () => t.store.storeSync(newSync())),
    ]);
    const [row] = await t.sql('SELECT to_regclass($1)::text AS name', [nameOf('syncs', today + 3 * dayMs)]);
    expect(row?.name).toBe(nameOf('syncs', today + 3 * dayMs));
  });

  it('have the bounds the code computes too', async () => {
    for (const ms of [0, 1_764_000_000_123, 4_102_444_800_000]) {
      const [row] = await t.sql('SELECT diode_uuid_floor(to_timestamp($1::float8 / 1000)) AS id', [ms]);
      expect(row?.id).toBe(uuidFloor(ms));
    }
  });
});
