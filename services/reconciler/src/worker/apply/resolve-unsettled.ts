import { type Observed, type Plan, sameValue } from '@diode/engine';
import type { JournalEntry, JournalVerbs } from '@diode/store';
import type { SeenObjects } from '../identity/seen-objects.js';
import { refKey } from '../receipts/progress.js';

type Open = JournalEntry & { readonly ageMs: number };

/**
 * Settles what an earlier attempt recorded and never settled, by what NetBox holds now (I4). `plan` was made from answers of NetBox itself, read
 * after `startedAt`. A create that is there was applied; one that is not is given up once its request cannot arrive any more. An update was
 * applied when NetBox holds what it said; else it is planned anew. Gives the entities whose create may still arrive (`refKey`), with the milliseconds before
 * which it must not be repeated.
 */
export async function resolveUnsettled(
  deps: {
    readonly journal: Pick<JournalVerbs, 'settle'>;
    readonly repeatAfterMs: number;
    readonly startedAt: number;
    readonly now: () => number;
    readonly seen: Pick<SeenObjects, 'ofType'>;
  },
  open: readonly Open[],
  plan: Plan,
): Promise<ReadonlyMap<string, number>> {
  const notBefore = new Map<string, number>();
  const settled: Parameters<JournalVerbs['settle']>[0][number][] = [];
  for (const entry of open) {
    const ageAtStartMs = entry.ageMs - (deps.now() - deps.startedAt);
    if (entry.action === 'update') {
      const state = isThere(entry, plan) ? 'applied' : 'not_sent';
      settled.push({ changeId: entry.changeId, state, netboxId: entry.netboxId, requestId: null });
      continue;
    }
    const found = madeBy(entry, plan, deps.seen.ofType(entry.objectType));
    if (found !== null) {
      settled.push({ changeId: entry.changeId, state: 'applied', netboxId: found, requestId: null });
    } else if (ageAtStartMs >= deps.repeatAfterMs) {
      settled.push({ changeId: entry.changeId, state: 'not_sent', netboxId: null, requestId: null });
    } else {
      const waitMs = deps.repeatAfterMs - ageAtStartMs;
      notBefore.set(refKey(entry.ref), Math.max(waitMs, notBefore.get(refKey(entry.ref)) ?? 0));
    }
  }
  await deps.journal.settle(settled);
  return notBefore;
}

/** All an unsettled update wanted to say is what NetBox says now. */
function isThere(entry: Open, plan: Plan): boolean {
  const change = plan.changes.find((one) => one.objectType === entry.objectType && one.netboxId === entry.netboxId);
  const names = Object.keys(entry.before);
  return change !== undefined && names.length > 0 && names.every((name) => change.fields[name]?.verdict === 'equal');
}

/** The id of the object an unsettled create made, as the plan knows it now. */
function madeBy(entry: Open, plan: Plan, seen: readonly Observed[]): number | null {
  if (plan.changes.some((change) => change.key === entry.canonicalKey && change.action === 'create')) return null;
  const outcome = plan.outcomes.find((one) => refKey(one.ref) === refKey(entry.ref));
  const mine = new Set([outcome?.change, ...(outcome?.also ?? [])]);
  const candidates = plan.changes.filter(
    (change) => change.objectType === entry.objectType && change.netboxId !== null,
  );
  const change =
    candidates.find((one) => one.key === entry.canonicalKey) ??
    candidates.find((one) => mine.has(one.key)) ??
    (candidates.length === 1 ? candidates[0] : undefined);
  if (change !== undefined) return change.netboxId;
  // What an entity only refers to is no change of the plan once it is there: it is known by holding all that was sent.
  const holding = seen.filter((object) => holds(object, entry));
  return holding.length === 1 ? (holding[0]?.id ?? null) : null;
}

/** Custom fields are left out: their defaults are NetBox's to add. */
function holds(object: Observed, entry: Open): boolean {
  const sent = Object.entries(entry.after).filter(([name]) => name !== 'custom_fields');
  return sent.length > 0 && sent.every(([name, value]) => sameValue(object.data[name] ?? null, value));
}
