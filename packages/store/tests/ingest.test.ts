import { leakCheck } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newEntity, newSync, withBody } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.close());

describe('storing a sync', () => {
  it('has committed the sync, its entities and their work when it resolves (I1)', async () => {
    const sync = newSync({ entities: [newEntity(), newEntity({ objectType: 'dcim.site', data: { name: 'DC1' } })] });
    expect(await t.store.storeSync(sync)).toEqual({ kind: 'stored' });
    const view = await t.store.sync(sync.syncId, { limit: 10, cursor: null });
    expect(view).toMatchObject({
      status: 'queued',
      counts: { queued: 2 },
      source: 'test',
      completed_at: null,
      next: null,
    });
    expect(view?.entities.map((e) => [e.index, e.object_type, e.state])).toEqual([
      [0, 'dcim.device', 'queued'],
      [1, 'dcim.site', 'queued'],
    ]);
  });

  it('gives back what JSON can hold and Postgres text cannot', async () => {
    const body = { name: 'a\u0000b', lone: '\ud800x', deep: [{ 'k\u0000': null }], emoji: '🛰', quote: '"\\' };
    const sync = withBody(body);
    await t.store.storeSync(sync);
    expect((await t.store.entity({ syncId: sync.syncId, index: 0 }))?.data).toEqual(body);
  });

  it('takes a sync of ten thousand entities', async () => {
    const sync = newSync({
      entities: Array.from({ length: 10_000 }, (_, i) => newEntity({ data: { name: `d${i}` } })),
    });
    await t.store.storeSync(sync);
    expect((await t.store.sync(sync.syncId, { limit: 1, cursor: null }))?.counts).toEqual({ queued: 10_000 });
  });

  it('stores two hundred concurrent syncs in far fewer transactions', async () => {
    const inserted = async () => {
      const [row] = await t.sql(`SELECT count(DISTINCT xmin::text)::int AS n FROM syncs`);
      return Number(row?.n);
    };
    const before = await inserted();
    const syncs = Array.from({ length: 200 }, () => newSync());
    await Promise.all(syncs.map((sync) => t.store.storeSync(sync)));
    const [row] = await t.sql('SELECT count(*)::int AS n FROM syncs WHERE sync_id = ANY ($1::uuid[])', [
      syncs.map((s) => s.syncId),
    ]);
    expect(row?.n).toBe(200);
    expect((await inserted()) - before).toBeLessThan(20);
  });

  it('fails the one body that cannot be stored and none of its neighbours', async () => {
    const good = Array.from({ length: 20 }, () => newSync());
    // An id stored before is a fault of ours, and one Postgres alone can see.
    const bad = { ...newSync(), syncId: good[0]!.syncId };
    await t.store.storeSync(good[0]!);
    const results = await Promise.allSettled(
      [...good.slice(1, 10), bad, ...good.slice(10)].map((s) => t.store.storeSync(s)),
    );
    expect(results.filter((r) => r.status === 'rejected')).toHaveLength(1);
    const [row] = await t.sql('SELECT count(*)::int AS n FROM work WHERE sync_id = ANY ($1::uuid[])', [
      good.map((s) => s.syncId),
    ]);
    expect(row?.n).toBe(20);
  });

  it('refuses an instant nobody can read without touching the group it would have shared', async () => {
    const results = await Promise.allSettled([
      t.store.storeSync(newSync()),
      t.store.storeSync(newSync({ receivedAt: 'yesterday' })),
      t.store.storeSync(newSync()),
    ]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('an idempotency key', () => {
  const keyed = (key: string, bodyHash: string, clientId = 'client') =>
    newSync({ clientId, idempotency: { key, bodyHash, answer: { said: bodyHash, nul: '\u0000' } } });

  it('repeats the first answer for the same body and stores nothing', async () => {
    await t.store.storeSync(keyed('k1', 'h'));
    const again = keyed('k1', 'h');
    expect(await t.store.storeSync(again)).toEqual({ kind: 'repeated', answer: { said: 'h', nul: '\u0000' } });
    expect(await t.store.sync(again.syncId, { limit: 1, cursor: null })).toBeNull();
    expect(await t.store.entity({ syncId: again.syncId, index: 0 })).toBeNull();
  });

  it('is a conflict with another body, and its own for each client', async () => {
    await t.store.storeSync(keyed('k2', 'h'));
    expect(await t.store.storeSync(keyed('k2', 'other'))).toEqual({ kind: 'conflict' });
    expect(await t.store.storeSync(keyed('k2', 'other', 'someone-else'))).toEqual({ kind: 'stored' });
  });

  it('is taken once by fifty requests at the same time', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => t.store.storeSync(keyed('k3', 'h'))));
    expect(outcomes.filter((o) => o.kind === 'stored')).toHaveLength(1);
    expect(outcomes.filter((o) => o.kind === 'repeated')).toHaveLength(49);
  });

  it('is free again after a day', async () => {
    await t.store.storeSync(keyed('k4', 'h'));
    await t.sql(`UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = 'k4'`);
    expect(await t.store.storeSync(keyed('k4', 'other'))).toEqual({ kind: 'stored' });
  });

  it('may be as long and as odd as a header allows', async () => {
    const odd = `${'k'.repeat(6_000)}\u0000"`;
    expect(await t.store.storeSync(keyed(odd, 'h'))).toEqual({ kind: 'stored' });
    expect((await t.store.storeSync(keyed(odd, 'h'))).kind).toBe('repeated');
  });

  it('is dropped by the daily duty once expired, others stay', async () => {
    await t.store.storeSync(keyed('old', 'h'));
    await t.store.storeSync(keyed('young', 'h'));
    await t.sql(`UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = 'old'`);
    await t.store.maintain();
    const rows = await t.sql(`SELECT key FROM idempotency_keys WHERE key IN ('old', 'young')`);
    expect(rows).toEqual([{ key: 'young' }]);
  });
});
