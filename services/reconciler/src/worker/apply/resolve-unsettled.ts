import type { Change, Plan } from '@diode/engine';
import type { EntityRef, NetboxLink } from '@diode/protocol';
import type { JournalEntry, JournalVerbs } from '@diode/store';
import { refKey } from '../receipts/progress.js';

type Open = JournalEntry & { readonly ageMs: number };

export interface Resolution {
  /** Entities whose create may still arrive: not to be repeated before this many milliseconds. */
  readonly notBefore: ReadonlyMap<string, number>;
  /** Creates NetBox turned out to hold. */
  readonly recovered: readonly { readonly change: Change; readonly link: NetboxLink; readonly ref: EntityRef }[];
}

/**
 * Settles what an earlier attempt recorded and never settled, by what NetBox holds now (I4). `plan` was made from answers of NetBox itself, read
 * after `startedAt`. A create that is there was applied; one that is not is given up once its request cannot arrive any more. An update is
 * planned anew from what NetBox holds, so whichever way it ended does not matter.
 */
export async function resolveUnsettled(
  deps: {
    readonly journal: Pick<JournalVerbs, 'settle'>;
    readonly repeatAfterMs: number;
    readonly startedAt: number;
    readonly now: () => number;
  },
  open: readonly Open[],
  plan: Plan,
): Promise<Resolution> {
  const notBefore = new Map<string, number>();
  const recovered: { change: Change; link: NetboxLink; ref: EntityRef }[] = [];
  const settled: Parameters<JournalVerbs['settle']>[0][number][] = [];
  for (const entry of open) {
    const ageAtStartMs = entry.ageMs - (deps.now() - deps.startedAt);
    if (entry.action === 'update') {
      settled.push({ changeId: entry.changeId, state: 'not_sent', netboxId: entry.netboxId, requestId: null });
      continue;
    }
    const found = madeBy(entry, plan);
    if (found !== null) {
      settled.push({ changeId: entry.changeId, state: 'applied', netboxId: found.link.id, requestId: null });
      recovered.push({ ...found, ref: entry.ref });
    } else if (ageAtStartMs >= deps.repeatAfterMs) {
      settled.push({ changeId: entry.changeId, state: 'not_sent', netboxId: null, requestId: null });
    } else {
      const waitMs = deps.repeatAfterMs - ageAtStartMs;
      notBefore.set(refKey(entry.ref), Math.max(waitMs, notBefore.get(refKey(entry.ref)) ?? 0));
    }
  }
  await deps.journal.settle(settled);
  return { notBefore, recovered };
}

/** The object an unsettled create made, as the plan knows it now. */
function madeBy(entry: Open, plan: Plan): { change: Change; link: NetboxLink } | null {
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
  if (change === undefined || change.netboxId === null) return null;
  return { change, link: { id: change.netboxId, url: change.url ?? '' } };
}
