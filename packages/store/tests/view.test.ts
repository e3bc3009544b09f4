import { leakCheck, until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FinishedWork, NewSync } from '../src/index.js';
import { finished, newEntity, newSync } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.close());

async function stored(n: number): Promise<NewSync> {
  const sync = newSync({ entities: Array.from({ length: n }, () => newEntity()) });
  await t.store.storeSync(sync);
  return sync;
}

async function finishAll(sync: NewSync, over: Partial<FinishedWork> = {}): Promise<void> {
  const rows = await t.store.claim({ partition: 3, limit: 1_000, workerId: 'w', leaseMs: 60_000 });
  const ours = rows.filter((row) => row.ref.syncId === sync.syncId);
  await t.store.finish(
    'w',
    ours.map((row) => finished(row.ref, over)),
  );
}

describe('a sync', () => {
  it('is queued, then running, then completed, with when it ended', async () => {
    const sync = await stored(2);
    const page = { limit: 10, cursor: null };
    expect((await t.store.sync(sync.syncId, page))?.status).toBe('queued');
    const [first] = await t.store.claim({ partition: 3, limit: 1, workerId: 'w', leaseMs: 60_000 });
    expect((await t.store.sync(sync.syncId, page))?.status).toBe('running');
    await t.store.finish('w', [finished(first!.ref, { state: 'applied', action: 'create' })]);
    expect(await t.store.sync(sync.syncId, page)).toMatchObject({ status: 'running', completed_at: null });
    await finishAll(sync);
    const view = await t.store.sync(sync.syncId, page);
    expect(view).toMatchObject({ status: 'completed', counts: { applied: 1, unchanged: 1 } });
    expect(Date.parse(view?.completed_at ?? '')).toBeGreaterThanOrEqual(Date.parse(sync.receivedAt));
  });

  it('asks for attention when something was held, rejected or failed', async () => {
    const sync = await stored(1);
    await finishAll(sync, { state: 'rejected' });
    expect((await t.store.sync(sync.syncId, { limit: 1, cursor: null }))?.status).toBe('attention');
  });

  it('shows a receipt as it was written, and no fields for an unchanged entity', async () => {
    const sync = await stored(2);
    const rows = await t.store.claim({ partition: 3, limit: 10, workerId: 'w', leaseMs: 60_000 });
    const detail: FinishedWork['detail'] = {
      fields: {
        name: { verdict: 'written', from: null, to: 'A\u0000', rule: 'asserted', reason: 'source test asserts it' },
      },
      also: [
        { object_type: 'dcim.site', key: 'DC1', action: 'create', netbox: { id: 2, url: 'u' }, because: 'site of A' },
      ],
      error: { code: 'netbox_refused', detail: 'no', errors: [] },
    };
    await t.store.finish('w', [
      finished(rows[0]!.ref, { state: 'failed', action: 'create', netbox: null, detail, attempts: 2 }),
      finished(rows[1]!.ref),
    ]);
    const view = await t.store.sync(sync.syncId, { limit: 10, cursor: null });
    expect(view?.entities).toEqual([
      {
        index: 0,
        object_type: 'dcim.device',
        key: 'switch-01',
        state: 'failed',
        action: 'create',
        netbox: null,
        ...detail,
        attempts: 2,
        next_attempt_at: null,
        waiting_for: null,
        timing: { received_at: sync.receivedAt, planned_at: '2026-11-01T10:00:01.000Z', applied_at: null },
      },
      expect.objectContaining({ index: 1, state: 'unchanged', fields: {}, also: [], error: null }),
    ]);
  });

  it('pages through receipts and waiting work alike, each entity once', async () => {
    const sync = await stored(25);
    const rows = await t.store.claim({ partition: 3, limit: 25, workerId: 'w', leaseMs: 60_000 });
    await t.store.finish(
      'w',
      rows.filter((row) => row.ref.index % 2 === 0).map((row) => finished(row.ref)),
    );
    const seen: [number, string][] = [];
    let cursor: string | null = null;
    do {
      const view = await t.store.sync(sync.syncId, { limit: 10, cursor });
      seen.push(...(view?.entities ?? []).map((e): [number, string] => [e.index, e.state]));
      cursor = view?.next ?? null;
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => [i, i % 2 === 0 ? 'unchanged' : 'planning']));
  });

  it('is null when nobody knows it, whatever its id looks like, and a made-up cursor is refused', async () => {
    for (const id of ['nonsense', '', '019a0000-0000-7000-8000-000000000000']) {
      expect(await t.store.sync(id, { limit: 1, cursor: null })).toBeNull();
      expect(await t.store.entity({ syncId: id, index: 0 })).toBeNull();
    }
    await expect(t.store.sync('x', { limit: 1, cursor: 'made-up' })).rejects.toMatchObject({
      code: 'invalid_parameter',
    });
  });

  it('is among the recent ones, newest first', async () => {
    const first = await stored(1);
    const second = await stored(1);
    const recent = await t.store.recentSyncs(2);
    expect(recent.map((sync) => sync.sync_id)).toEqual([second.syncId, first.syncId]);
    expect(recent[0]).toMatchObject({ status: 'queued', counts: { queued: 1 } });
    expect((await t.store.recentSyncs(100)).length).toBeGreaterThan(2);
  });
});

describe('waiting for a sync', () => {
  it('ends as soon as its last entity is terminal, for everyone who waits', async () => {
    const sync = await stored(2);
    const waits = Promise.all(Array.from({ length: 50 }, () => t.store.waitTerminal(sync.syncId, 20_000)));
    const [first] = await t.store.claim({ partition: 3, limit: 1, workerId: 'w', leaseMs: 60_000 });
    await t.store.finish('w', [finished(first!.ref)]);
    const at = performance.now();
    await finishAll(sync);
    expect(new Set(await waits)).toEqual(new Set([true]));
    expect(performance.now() - at).toBeLessThan(900);
    expect(await t.store.waitTerminal(sync.syncId, 1_000)).toBe(true);
  });

  it('ends with false when the time is over or the caller leaves', async () => {
    const sync = await stored(1);
    expect(await t.store.waitTerminal(sync.syncId, 50)).toBe(false);
    const controller = new AbortController();
    const wait = t.store.waitTerminal(sync.syncId, 20_000, controller.signal);
    controller.abort();
    expect(await wait).toBe(false);
    expect(await t.store.waitTerminal(sync.syncId, 20_000, controller.signal)).toBe(false);
  });

  it('survives the loss of the listening connection and of the notification', async () => {
    const sync = await stored(1);
    const wait = t.store.waitTerminal(sync.syncId, 20_000);
    const listening = `FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`;
    await until(async () => (await t.sql(`SELECT pid ${listening}`)).length === 1);
    await t.sql(`SELECT pg_terminate_backend(pid) ${listening}`);
    // The work ends without a word to anyone.
    await t.sql('DELETE FROM work WHERE sync_id = $1', [sync.syncId]);
    expect(await wait).toBe(true);
  });

  it('ends with false when the store closes', async () => {
    const other = await openTestStore();
    const sync = newSync();
    await other.store.storeSync(sync);
    const wait = other.store.waitTerminal(sync.syncId, 20_000);
    await other.close();
    expect(await wait).toBe(false);
  });
});
