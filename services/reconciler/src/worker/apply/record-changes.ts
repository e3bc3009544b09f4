import type { Change, PlannedValue } from '@diode/engine';
import { toRestBody } from '@diode/netbox';
import type { EntityRef, JsonObject } from '@diode/protocol';
import type { JournalEntry, JournalVerbs } from '@diode/store';
import type { Brain } from '../deps.js';
import type { Verdicts } from '../receipts/field-verdicts.js';
import { beforeOf } from './change-body.js';
import { changeMessage } from './change-message.js';
import type { ChangeResult } from './change-result.js';
import { createdMeanwhile, refusedCreates } from './creating-elsewhere.js';
import type { Sendable, Sent } from './send-bulk.js';

/** On whose behalf a change is made. */
export interface Owner {
  readonly ref: EntityRef;
  readonly source: string;
}

/** A write whose references have ids. */
export interface Draft {
  readonly change: Change;
  readonly fields: readonly (readonly [string, PlannedValue])[];
  readonly values: JsonObject;
  /** null = create. */
  readonly netboxId: number | null;
  readonly canonicalKey: string;
  /** What a receipt says of the fields, should this attempt not come to write it. */
  readonly told: Verdicts;
}

export interface RecordDeps {
  readonly brain: Pick<Brain, 'rowOf'>;
  readonly journal: JournalVerbs;
  readonly workerId: string;
  readonly newId: () => string;
  readonly now: () => number;
  readonly ownRequest: (requestId: string) => void;
  readonly repeatAfterMs: number;
  readonly standBackMs: number;
  readonly startedAt: number;
}

interface Recorded {
  readonly draft: Draft;
  readonly item: Sendable;
  readonly entry: JournalEntry;
}

/** Journals the drafts (I4) and gives those that may be sent; a create another worker is at, or was at since we looked, stays back. */
export async function record(
  deps: RecordDeps,
  drafts: readonly Draft[],
  owners: ReadonlyMap<string, Owner>,
  take: (draft: Draft, result: ChangeResult) => void,
): Promise<readonly Recorded[]> {
  const prepared = drafts.flatMap((draft) => {
    const one = recorded(deps, draft, owners.get(draft.change.key));
    return one === null ? [] : [one];
  });
  const entries = prepared.map(({ entry }) => entry);
  const refused = new Set(await deps.journal.record(deps.workerId, entries));
  const elsewhere = await refusedCreates(
    deps,
    entries.filter((entry) => refused.has(entry.changeId)),
  );
  const meanwhile = await createdMeanwhile(
    deps,
    entries.filter((entry) => !refused.has(entry.changeId)),
  );
  return prepared.filter(({ draft, entry }) => {
    const result = refused.has(entry.changeId)
      ? elsewhere.get(entry.canonicalKey)
      : meanwhile.has(entry.changeId)
        ? ({ kind: 'again', reason: 'made meanwhile' } as const)
        : undefined;
    if (result !== undefined) take(draft, result);
    return result === undefined;
  });
}

function recorded(deps: RecordDeps, draft: Draft, owner: Owner | undefined): Recorded | null {
  const { change, netboxId, values, fields, canonicalKey, told } = draft;
  const row = deps.brain.rowOf(change.objectType);
  if (row === undefined || owner === undefined) return null;
  const changeId = deps.newId();
  const message = changeMessage({ source: owner.source, syncId: owner.ref.syncId, changeId, change });
  return {
    draft,
    item: { changeId, change, netboxId, body: toRestBody(row, values), message },
    entry: {
      changeId,
      ref: owner.ref,
      objectType: change.objectType,
      canonicalKey,
      action: netboxId === null ? 'create' : 'update',
      netboxId,
      before: beforeOf(change, fields),
      after: values,
      told: { label: change.label, because: change.because, fields: told },
    },
  };
}

/** Tells the journal what became of what was sent. What may have been applied without an answer stays open (I4). */
export async function settle(deps: RecordDeps, sent: readonly Sent[]): Promise<void> {
  for (const { requestId } of sent) if (requestId !== null) deps.ownRequest(requestId);
  await deps.journal.settle(
    sent.flatMap(({ item, result, requestId, settle: state }) => {
      const netboxId = result.kind === 'applied' ? result.observed.id : item.netboxId;
      return state === 'unsettled' ? [] : [{ changeId: item.changeId, state, requestId, netboxId }];
    }),
  );
}
