import type { JournalEntry, JournalVerbs } from '@diode/store';
import type { ChangeResult } from './change-result.js';

/**
 * Creates the journal refused, because somebody has their row in `creations`. A living worker is given a moment. A dead one's row is taken over once
 * its request cannot arrive any more: NetBox's time-out and a margin had passed before this attempt began to read, so what was read is the truth (I4).
 */
export async function refusedCreates(
  deps: {
    readonly journal: JournalVerbs;
    readonly repeatAfterMs: number;
    readonly standBackMs: number;
    readonly startedAt: number;
    readonly now: () => number;
  },
  entries: readonly JournalEntry[],
): Promise<ReadonlyMap<string, ChangeResult>> {
  const results = new Map<string, ChangeResult>();
  if (entries.length === 0) return results;
  for (const { canonicalKey } of entries) results.set(canonicalKey, { kind: 'elsewhere', waitMs: deps.standBackMs });
  const open = await deps.journal.unsettledCreates(
    entries.map(({ objectType, canonicalKey }) => ({ objectType, canonicalKey })),
  );
  const dead: string[] = [];
  for (const entry of open) {
    const ageAtStartMs = entry.ageMs - (deps.now() - deps.startedAt);
    if (ageAtStartMs >= deps.repeatAfterMs) {
      dead.push(entry.changeId);
      results.set(entry.canonicalKey, { kind: 'again', reason: 'taken over' });
    } else if (entry.ageMs > 10 * deps.standBackMs) {
      // Its answer was probably lost: looking every moment would not make it known earlier.
      const waitMs = Math.min(deps.repeatAfterMs - ageAtStartMs, 5 * deps.standBackMs);
      results.set(entry.canonicalKey, { kind: 'elsewhere', waitMs: Math.max(waitMs, deps.standBackMs) });
    }
  }
  await deps.journal.settle(dead.map((changeId) => ({ changeId, state: 'not_sent', netboxId: null, requestId: null })));
  return results;
}

/**
 * Creates whose row we have now, and which another worker finished after we had looked: NetBox would take half of them twice, for their uniqueness
 * is not in its database (facts/netbox.md §3 "Concurrency"). They are not sent; the next round finds what is there.
 */
export async function createdMeanwhile(
  deps: { readonly journal: JournalVerbs; readonly startedAt: number; readonly now: () => number },
  entries: readonly JournalEntry[],
): Promise<ReadonlySet<string>> {
  const creates = entries.filter((entry) => entry.action === 'create');
  const made = await deps.journal.createdWithin(creates, deps.now() - deps.startedAt);
  await deps.journal.settle(
    made.map(({ changeId }) => ({ changeId, state: 'not_sent', netboxId: null, requestId: null })),
  );
  return new Set(made.map((entry) => entry.changeId));
}
