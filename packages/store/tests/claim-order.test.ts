import { leakCheck } from '@diode/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClaimedWork } from '../src/index.js';
import { finished, newEntity, newSync } from './new-sync.js';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.close());

type Step =
  | { readonly do: 'store'; readonly keys: readonly number[] }
  | { readonly do: 'claim'; readonly worker: number; readonly limit: number }
  | { readonly do: 'finish' | 'park' | 'retry' | 'renew'; readonly worker: number; readonly pick: number }
  | { readonly do: 'expire' };

const worker = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('store' as const),
      keys: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('claim' as const), worker, limit: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('finish' as const, 'park' as const, 'retry' as const, 'renew' as const),
      worker,
      pick: fc.nat(5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
);

const name = (ref: ClaimedWork['ref']) => `${ref.syncId}/${ref.index}`;

/** What the rules say, kept beside the store: rows by key in order of arrival, and who holds what. */
class Model {
  readonly rows = new Map<number, string[]>();
  readonly keyOf = new Map<string, number>();
  readonly heldBy = new Map<string, number>();

  held(worker: number): string[] {
    return [...this.heldBy].filter(([, holder]) => holder === worker).map(([row]) => row);
  }

  /** A claim may give a row only when it is the first of its key, and nobody holds it. */
  claim(row: string, by: number): void {
    const key = this.keyOf.get(row);
    expect(key, 'a row is given only while it waits').toBeDefined();
    expect(this.rows.get(key ?? -1)?.[0], 'never past an earlier row of the key').toBe(row);
    expect(this.heldBy.has(row), 'never to two workers').toBe(false);
    this.heldBy.set(row, by);
  }

  finish(row: string): void {
    const key = this.keyOf.get(row) ?? -1;
    this.rows.set(
      key,
      (this.rows.get(key) ?? []).filter((other) => other !== row),
    );
    this.keyOf.delete(row);
    this.heldBy.delete(row);
  }
}

const refOf = (row: string) => ({ syncId: row.split('/')[0]!, index: Number(row.split('/')[1]) });

async function perform(step: Step, model: Model): Promise<void> {
  if (step.do === 'store') {
    const sync = newSync({ entities: step.keys.map((key) => newEntity({ orderingKey: String(key) })) });
    await t.store.storeSync(sync);
    for (const [index, key] of step.keys.entries()) {
      const row = name({ syncId: sync.syncId, index });
      model.keyOf.set(row, key);
      model.rows.set(key, [...(model.rows.get(key) ?? []), row]);
    }
  } else if (step.do === 'claim') {
    const workerId = `w${step.worker}`;
    const claimed = await t.store.claim({ partition: 3, limit: step.limit, workerId, leaseMs: 3_600_000 });
    expect(claimed.length).toBeLessThanOrEqual(step.limit);
    for (const row of claimed) model.claim(name(row.ref), step.worker);
  } else if (step.do === 'expire') {
    await t.sql(`UPDATE work SET due_at = now() - interval '1 second' WHERE claimed_by IS NOT NULL`);
    model.heldBy.clear();
  } else {
    const held = model.held(step.worker);
    const row = held[step.pick % Math.max(1, held.length)];
    if (row === undefined) return;
    const workerId = `w${step.worker}`;
    if (step.do === 'finish') {
      expect(await t.store.finish(workerId, [finished(refOf(row))])).toBe(1);
      model.finish(row);
    } else if (step.do === 'renew') {
      expect(await t.store.renew(workerId, [refOf(row)], 3_600_000)).toHaveLength(1);
    } else {
      const state = step.do === 'park' ? 'waiting' : 'queued';
      const parked = { state, delayMs: 0, attempted: true, waitingFor: null, error: null } as const;
      await t.store.park(workerId, [{ ref: refOf(row), ...parked }]);
      model.heldBy.delete(row);
    }
  }
}

it('gives rows of a key in order of arrival to one worker at a time, whatever happens, and leaves none behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await t.sql('DELETE FROM work');
      const model = new Model();
      for (const next of steps) await perform(next, model);
      await perform({ do: 'expire' }, model);
      // Blocked rows wait for their key's next, not for the clock: from here only finish makes them due.
      for (;;) {
        const rows = await t.store.claim({ partition: 3, limit: 4, workerId: 'last', leaseMs: 3_600_000 });
        if (rows.length === 0) break;
        for (const row of rows) model.claim(name(row.ref), 9);
        await t.store.finish(
          'last',
          rows.map((row) => finished(row.ref)),
        );
        for (const row of rows) model.finish(name(row.ref));
      }
      expect([...model.keyOf.keys()]).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
