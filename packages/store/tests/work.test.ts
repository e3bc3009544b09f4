import { leakCheck } from '@diode/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedWork, Store } from '../src/index.js';
import { finished, newEntity, newSync, withBody } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
let store: Store;
beforeAll(async () => {
  t = await openTestStore();
  store = t.store;
});
afterAll(() => t.close());
beforeEach(async () => {
  await t.sql('DELETE FROM work');
});

const claim = (workerId = 'w1', limit = 100, partition = 3): Promise<readonly ClaimedWork[]> =>
  store.claim({ partition, limit, workerId, leaseMs: 60_000 });
const refs = (rows: readonly ClaimedWork[]) => rows.map((row) => row.ref);
const expireLeases = () => t.sql(`UPDATE work SET due_at = now() - interval '1 second' WHERE claimed_by IS NOT NULL`);

describe('claiming', () => {
  it('gives the entity as it was stored, in order, to one worker only', async () => {
    const sync = withBody({ name: 'a\u0000' }, { source: 'scanner', channel: 'grpc', dryRun: true });
    await store.storeSync(sync);
    const rows = await claim();
    expect(rows).toEqual([
      {
        ref: { syncId: sync.syncId, index: 0 },
        partition: 3,
        source: 'scanner',
        channel: 'grpc',
        dryRun: true,
        objectType: 'dcim.device',
        data: { name: 'a\u0000' },
        observedAt: '2026-11-01T10:00:00.000Z',
        receivedAt: sync.receivedAt,
        attempts: 0,
        hasUnsettledChanges: false,
        claimedBefore: false,
        laterWaits: false,
      },
    ]);
    expect(await claim('w2')).toEqual([]);
    expect((await store.sync(sync.syncId, { limit: 1, cursor: null }))?.counts).toEqual({ planning: 1 });
  });

  it('leaves other partitions alone', async () => {
    await store.storeSync(newSync({ entities: [newEntity({ partition: 5 })] }));
    expect(await claim()).toEqual([]);
    expect(await claim('w1', 10, 5)).toHaveLength(1);
  });

  it('never gives two rows of one ordering key, within a sync or across syncs, and then the earliest', async () => {
    const first = newSync({ entities: [newEntity({ orderingKey: '42' }), newEntity({ orderingKey: '42' })] });
    const second = newSync({
      entities: [newEntity({ orderingKey: '42' }), newEntity({ orderingKey: '43' })],
      dryRun: true,
    });
    await store.storeSync(first);
    await store.storeSync(second);
    expect(refs(await claim())).toEqual([
      { syncId: first.syncId, index: 0 },
      { syncId: second.syncId, index: 1 },
    ]);
    expect(await claim('w2')).toEqual([]);
    await store.finish('w1', [finished({ syncId: first.syncId, index: 0 })]);
    expect(refs(await claim('w2'))).toEqual([{ syncId: first.syncId, index: 1 }]);
    await store.finish('w2', [finished({ syncId: first.syncId, index: 1 })]);
    expect(refs(await claim('w2'))).toEqual([{ syncId: second.syncId, index: 0 }]);
  });

  it('lets a parked row hold back its own key and nothing else', async () => {
    const sync = newSync({
      entities: [newEntity({ orderingKey: '1' }), newEntity({ orderingKey: '1' }), newEntity({ orderingKey: '2' })],
    });
    await store.storeSync(sync);
    const [head] = await claim('w1', 1);
    await store.park('w1', [
      {
        ref: head!.ref,
        state: 'retrying',
        delayMs: 3_600_000,
        attempted: true,
        waitingFor: null,
        error: { code: 'netbox_unavailable', detail: 'NetBox is away\u0000' },
      },
    ]);
    expect(refs(await claim())).toEqual([{ syncId: sync.syncId, index: 2 }]);
    const view = await store.sync(sync.syncId, { limit: 1, cursor: null });
    expect(view?.entities[0]).toMatchObject({
      state: 'retrying',
      attempts: 1,
      error: { code: 'netbox_unavailable', detail: 'NetBox is away\u0000', errors: [] },
    });
    expect(Date.parse(view?.entities[0]?.next_attempt_at ?? '')).toBeGreaterThan(Date.now() + 3_000_000);
    expect(await store.wakeRetrying()).toBe(1);
    expect(await claim()).toMatchObject([{ ref: head!.ref, attempts: 1 }]);
  });

  it('holds back an earlier row that was committed late while a later one of its key is worked on', async () => {
    const early = newSync({ entities: [newEntity({ orderingKey: '9' })] });
    const late = newSync({ entities: [newEntity({ orderingKey: '9' })] });
    await store.storeSync(late);
    expect(await claim('w1')).toHaveLength(1);
    await store.storeSync(early);
    expect(await claim('w2')).toEqual([]);
    await store.finish('w1', [finished({ syncId: late.syncId, index: 0 })]);
    expect(refs(await claim('w2'))).toEqual([{ syncId: early.syncId, index: 0 }]);
  });

  it('of a worker known to be dead is free at once, and nobody else loses a claim', async () => {
    const [one, two] = [newSync(), newSync({ entities: [newEntity({ partition: 4 })] })];
    await store.storeSync(one);
    await store.storeSync(two);
    await claim('dead');
    await claim('alive', 10, 4);
    expect(await store.nextDueMs(3)).toBeGreaterThan(50_000);
    expect(await store.abandonClaims('dead')).toBe(1);
    expect([await store.nextDueMs(3), await store.nextDueMs(9)]).toEqual([0, null]);
    expect(await claim('dead', 10, 4)).toEqual([]);
    expect(await claim('dead')).toMatchObject([{ ref: { syncId: one.syncId, index: 0 }, claimedBefore: true }]);
  });

  it('gives the work of a dead worker to the next once its lease is over, and nothing of what that one says later counts', async () => {
    const sync = newSync();
    await store.storeSync(sync);
    const ref = { syncId: sync.syncId, index: 0 };
    await claim('dead');
    expect(await store.duePartitions()).toEqual([]);
    await expireLeases();
    expect(await store.duePartitions()).toEqual([3]);
    expect(refs(await claim('next'))).toEqual([ref]);
    expect(await store.finish('dead', [finished(ref)])).toBe(0);
    expect(await store.renew('dead', [ref], 1_000)).toEqual([]);
    expect(await store.renew('next', [ref], 60_000)).toEqual([ref]);
    expect(await store.finish('next', [finished(ref, { state: 'applied' })])).toBe(1);
    expect((await store.sync(sync.syncId, { limit: 1, cursor: null }))?.counts).toEqual({ applied: 1 });
  });

  it('shares a partition among workers that claim at the same moment without giving a row twice', async () => {
    await store.storeSync(newSync({ entities: Array.from({ length: 300 }, () => newEntity()) }));
    const shares = await Promise.all(Array.from({ length: 8 }, (_, i) => claim(`w${i}`, 50)));
    const given = shares.flat().map((row) => row.ref.index);
    expect(new Set(given).size).toBe(given.length);
    expect(given).toHaveLength(300);
  });

  it('says when an earlier worker left a change unsettled', async () => {
    const sync = newSync();
    await store.storeSync(sync);
    const ref = { syncId: sync.syncId, index: 0 };
    await claim('dead');
    await store.record('dead', [
      {
        changeId: sync.syncId,
        ref,
        objectType: 'dcim.device',
        canonicalKey: 'dcim.device|a',
        action: 'create',
        netboxId: null,
        before: {},
        after: { name: 'a' },
        told: null,
      },
    ]);
    await expireLeases();
    expect(await claim('next')).toMatchObject([{ ref, hasUnsettledChanges: true, claimedBefore: true }]);
  });
});

describe('many assertions about one object', () => {
  it('are worked on one after the other, all of them', async () => {
    const sync = newSync({ entities: Array.from({ length: 100 }, () => newEntity({ orderingKey: '77' })) });
    await store.storeSync(sync);
    const seen: number[] = [];
    for (let batch = await claim(); batch.length > 0; batch = await claim()) {
      expect(batch).toHaveLength(1);
      seen.push(batch[0]!.ref.index);
      await store.finish('w1', [finished(batch[0]!.ref)]);
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe('the backlog', () => {
  it('is empty when nothing waits', async () => {
    expect(await store.backlog()).toEqual({ counts: {}, total: 0, oldestWaitingSeconds: null, waitingFor: [] });
  });

  it('counts by state, knows the oldest, and what is waited for', async () => {
    const receivedAt = new Date(Date.now() - 90_000).toISOString();
    await store.storeSync(newSync({ receivedAt, entities: [newEntity(), newEntity(), newEntity()] }));
    const [first] = await claim('w1', 1);
    await store.park('w1', [
      {
        ref: first!.ref,
        state: 'waiting',
        delayMs: 60_000,
        attempted: false,
        waitingFor: 'dcim.site DC1',
        error: null,
      },
    ]);
    const backlog = await store.backlog();
    expect(backlog).toMatchObject({
      counts: { queued: 2, waiting: 1 },
      total: 3,
      waitingFor: [{ reason: 'dcim.site DC1', count: 1 }],
    });
    expect(backlog.oldestWaitingSeconds).toBeGreaterThanOrEqual(90);
    expect(backlog.oldestWaitingSeconds).toBeLessThan(120);
  });

  it('tells what each worker has in hand, and when a dead one would be rid of it', async () => {
    expect(await store.inHand()).toEqual([]);
    await store.storeSync(newSync({ entities: [newEntity(), newEntity(), newEntity()] }));
    await claim('w1', 1);
    await claim('w2', 2);
    const held = await store.inHand();
    expect(held.map(({ workerId, count }) => [workerId, count])).toEqual([
      ['w2', 2],
      ['w1', 1],
    ]);
    for (const one of held) expect(one.freeAfterSeconds).toBeGreaterThan(0);
    await store.abandonClaims('w2');
    expect((await store.inHand()).map(({ workerId }) => workerId)).toEqual(['w1']);
  });
});
