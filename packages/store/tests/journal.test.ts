import { leakCheck } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../src/index.js';
import { uuidV7 } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.close());

function entry(over: Partial<JournalEntry> = {}): JournalEntry {
  return {
    changeId: uuidV7(),
    ref: { syncId: uuidV7(), index: 0 },
    objectType: 'dcim.site',
    canonicalKey: `dcim.site|slug=${uuidV7()}`,
    action: 'create',
    netboxId: null,
    before: {},
    after: { name: 'DC1\u0000' },
    told: {
      label: 'DC1\u0000',
      because: null,
      fields: { name: { verdict: 'written', from: null, to: 'DC1\u0000', rule: 'asserted', reason: 'lab says so' } },
    },
    ...over,
  };
}

const applied = (changeId: string, netboxId: number | null = 1) =>
  ({ changeId, state: 'applied', netboxId, requestId: 'r' }) as const;

describe('the journal', () => {
  it('gives recorded changes back as they were until they are settled (I4)', async () => {
    const change = entry({ canonicalKey: 'odd "\\ \u0000 \ud800 key' });
    expect(await t.store.record('w', [change])).toEqual([]);
    const [open] = await t.store.unsettled([change.ref]);
    expect(open).toMatchObject(change);
    expect(open?.ageMs).toBeGreaterThanOrEqual(0);
    expect(open?.ageMs).toBeLessThan(10_000);
    await t.store.settle([applied(change.changeId, 77)]);
    expect(await t.store.unsettled([change.ref])).toEqual([]);
    expect(
      await t.sql('SELECT state, netbox_id, request_id FROM changes WHERE change_id = $1', [change.changeId]),
    ).toEqual([{ state: 'applied', netbox_id: '77', request_id: 'r' }]);
  });

  it('lets one of many create an object, and the next once that is settled', async () => {
    const canonicalKey = 'dcim.site|slug=dc1';
    const attempts = Array.from({ length: 20 }, () => entry({ canonicalKey }));
    const refused = await Promise.all(attempts.map((attempt, i) => t.store.record(`w${i}`, [attempt])));
    const winners = attempts.filter((_, i) => refused[i]!.length === 0);
    expect(winners).toHaveLength(1);
    expect(await t.store.unsettledCreates([{ objectType: 'dcim.site', canonicalKey }])).toMatchObject([
      { changeId: winners[0]!.changeId },
    ]);
    await t.store.settle([{ ...applied(winners[0]!.changeId, null), state: 'not_sent' }]);
    expect(await t.store.record('w', [entry({ canonicalKey })])).toEqual([]);
  });

  it('tells what was created and settled a moment ago, and not what was refused, is open or is older', async () => {
    const [made, refused, open, other] = [entry(), entry(), entry(), entry()];
    await t.store.record('w', [made, refused, open]);
    await t.store.settle([applied(made.changeId), { ...applied(refused.changeId, null), state: 'refused' }]);
    expect(await t.store.createdWithin([other, open, made, refused], 60_000)).toEqual([made]);
    expect(await t.store.createdWithin([made], 0)).toEqual([]);
    expect(await t.store.createdWithin([], 60_000)).toEqual([]);
  });

  it('refuses only the creates that are taken; updates of one object never exclude each other', async () => {
    const taken = entry();
    await t.store.record('a', [taken]);
    const clash = entry({ canonicalKey: taken.canonicalKey });
    const free = entry();
    const updates = [
      entry({ action: 'update', netboxId: 5, canonicalKey: 'k' }),
      entry({ action: 'update', netboxId: 5, canonicalKey: 'k' }),
    ];
    expect(await t.store.record('b', [clash, free, ...updates])).toEqual([clash.changeId]);
    expect((await t.store.unsettled(updates.map((u) => u.ref))).map((u) => u.netboxId)).toEqual([5, 5]);
  });

  it('does not deadlock when two workers want the same keys in opposite order', async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `dcim.site|slug=order-${i}`);
    const make = (order: readonly string[]) => order.map((canonicalKey) => entry({ canonicalKey }));
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) => t.store.record(`w${i}`, make(i % 2 === 0 ? keys : [...keys].reverse()))),
    );
    expect(results.reduce((n, refused) => n + refused.length, 0)).toBe(5 * keys.length);
  });

  it('takes a key longer than an index entry can be', async () => {
    const canonicalKey = `dcim.site|name=${'x'.repeat(100_000)}`;
    expect(await t.store.record('w', [entry({ canonicalKey })])).toEqual([]);
    expect(await t.store.record('w', [entry({ canonicalKey })])).toHaveLength(1);
    expect(await t.store.unsettledCreates([{ objectType: 'dcim.site', canonicalKey }])).toMatchObject([
      { canonicalKey },
    ]);
  });

  it('may be told the same again, by a worker that never heard the first answer', async () => {
    const change = entry();
    await t.store.record('w', [change]);
    expect(await t.store.record('w', [change])).toEqual([]);
    expect(await t.store.unsettled([change.ref])).toHaveLength(1);
  });

  it('tells what was applied for an entity, with the words of its receipt, and nothing else', async () => {
    const ref = { syncId: uuidV7(), index: 3 };
    const [made, changed] = [entry({ ref }), entry({ ref, action: 'update', netboxId: 5 })];
    const [refused, open, old] = [entry({ ref }), entry({ ref }), entry({ ref, told: null })];
    const other = entry({ ref: { ...ref, index: 4 } });
    const all = [made, changed, refused, open, other, old];
    await t.store.record('w', all);
    await t.store.settle([
      applied(made.changeId, 9),
      applied(changed.changeId, 5),
      { ...applied(refused.changeId, null), state: 'refused' },
      applied(other.changeId),
      applied(old.changeId, 11),
    ]);
    expect(await t.store.settledChanges([ref])).toEqual([
      { ...made, netboxId: 9, settledAt: expect.stringMatching(/Z$/) },
      { ...changed, settledAt: expect.stringMatching(/Z$/) },
      { ...old, netboxId: 11, settledAt: expect.stringMatching(/Z$/) },
    ]);
    expect(await t.store.settledChanges([])).toEqual([]);
  });

  it('settles a change once', async () => {
    const change = entry();
    await t.store.record('w', [change]);
    await Promise.all([t.store.settle([applied(change.changeId)]), t.store.settle([applied(change.changeId)])]);
    expect(await t.sql('SELECT 1 AS one FROM changes WHERE change_id = $1', [change.changeId])).toHaveLength(1);
  });
});
