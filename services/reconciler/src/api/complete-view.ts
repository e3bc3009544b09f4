import type { Change, Plan } from '@diode/engine';
import type { EntityRef, FieldVerdict, Receipt, SyncView } from '@diode/protocol';
import type { ClaimedWork, ViewVerbs } from '@diode/store';
import { fieldVerdicts } from '../worker/receipts/field-verdicts.js';
import { refKey } from '../worker/receipts/progress.js';
import type { Show } from '../worker/receipts/shown-value.js';

export interface CompleteViewDeps {
  readonly store: Pick<ViewVerbs, 'entity'>;
  /** Plans rows from the mirror alone: no request to NetBox for a look at a receipt. */
  readonly planFromMirror: (rows: readonly ClaimedWork[]) => Promise<{ readonly plan: Plan; readonly show: Show }>;
}

/**
 * Fills in the verdicts of unchanged entities, which are not stored (DESIGN "Under load and faults"): they are planned again from the mirror. One
 * page at a time, so the cost is bounded by the page. A receipt that cannot be rebuilt is given without verdicts.
 */
export async function completeView(deps: CompleteViewDeps, view: SyncView): Promise<SyncView> {
  const bare = view.entities.filter(
    (receipt) => receipt.state === 'unchanged' && Object.keys(receipt.fields).length === 0,
  );
  if (bare.length === 0) return view;
  const rows = (await Promise.all(bare.map((receipt) => rowOf(deps, view, receipt)))).filter((row) => row !== null);
  const planned = await deps.planFromMirror(rows).catch(() => null);
  if (planned === null) return view;
  const { plan, show } = planned;
  const changes = new Map(plan.changes.map((change) => [change.key, change]));
  const rebuilt = new Map(
    plan.outcomes.flatMap((outcome) => {
      const change = outcome.change === null ? undefined : changes.get(outcome.change);
      return change === undefined || change.action === 'create'
        ? []
        : [[refKey(outcome.ref), unchanged(change, show)] as const];
    }),
  );
  return {
    ...view,
    entities: view.entities.map((receipt) => {
      const fields = rebuilt.get(refKey({ syncId: view.sync_id, index: receipt.index }));
      return fields === undefined ? receipt : { ...receipt, fields };
    }),
  };
}

async function rowOf(deps: CompleteViewDeps, view: SyncView, receipt: Receipt): Promise<ClaimedWork | null> {
  const ref: EntityRef = { syncId: view.sync_id, index: receipt.index };
  const entity = await deps.store.entity(ref);
  if (entity === null) return null;
  return {
    ref,
    partition: 0,
    source: entity.source,
    channel: entity.channel,
    dryRun: true,
    objectType: entity.objectType,
    data: entity.data,
    observedAt: entity.observedAt,
    receivedAt: receipt.timing.received_at,
    attempts: 0,
    hasUnsettledChanges: false,
    claimedBefore: false,
    laterWaits: false,
  };
}

/** It was unchanged then: what would be written now has moved since, in NetBox or by another source. */
function unchanged(change: Change, show: Show): Readonly<Record<string, FieldVerdict>> {
  const fields = fieldVerdicts(change, { result: null, late: null, idOf: () => null, show });
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.verdict === 'written' || field.verdict === 'defaulted'
        ? {
            ...field,
            verdict: 'equal' as const,
            reason: 'was equal when the receipt was made; NetBox holds another value now',
          }
        : field,
    ]),
  );
}
