import { NetboxFault } from '@diode/netbox';
import { DiodeError } from '@diode/protocol';
import type { ClaimedWork, FinishedWork } from '@diode/store';
import { type AttemptEnd, attempt, type PendingEntity } from './attempt.js';
import { backoffMs } from './backoff.js';
import { ClaimsLost, keepClaims } from './claims.js';
import type { WorkerDeps } from './deps.js';
import { makeSeenObjects } from './identity/seen-objects.js';
import { answersFor, plannerFor } from './planner.js';
import { foreseeEntity } from './receipts/foresee-entity.js';
import { refKey } from './receipts/progress.js';
import { makeShowFor } from './receipts/shown-value.js';

/** Between two looks at an entity that waits for another. */
const WAIT_MAX_MS = 60_000;

type Parked = Parameters<WorkerDeps['store']['park']>[1][number];

/** Works on claimed rows until each is finished or parked. Throws only when the store is away. */
export async function processBatch(deps: WorkerDeps, rows: readonly ClaimedWork[]): Promise<readonly FinishedWork[]> {
  const pickedUpAt = deps.now();
  const claims = keepClaims(deps.store, rows, { ...deps.settings, now: deps.now });
  try {
    const observing = await deps.observing();
    const plannedOnly = rows.filter((row) => observing || row.dryRun);
    const toApply = rows.filter((row) => !observing && !row.dryRun);
    const finished = [
      ...(await isolating(deps, toApply, (some) => attempt(deps, some, () => claims.ensureHeld()))),
      ...(await isolating(deps, plannedOnly, (some) => foresee(deps, some, observing))),
    ];
    count(deps, rows, finished, (deps.now() - pickedUpAt) / 1_000);
    return finished;
  } finally {
    claims.release();
  }
}

async function foresee(deps: WorkerDeps, rows: readonly ClaimedWork[], observing: boolean): Promise<AttemptEnd> {
  const plannedAt = new Date(deps.now()).toISOString();
  const { rowOf } = deps.brain;
  const seen = makeSeenObjects(rowOf);
  const plan = await plannerFor(deps, answersFor(deps, seen, false), 'observe')(rows);
  const show = makeShowFor({ rowOf, seen })(plan);
  const outcomes = new Map(plan.outcomes.map((outcome) => [refKey(outcome.ref), outcome]));
  const finished = rows.map((row) => {
    const outcome = outcomes.get(refKey(row.ref));
    if (outcome === undefined) throw new Error(`the plan has no outcome for ${refKey(row.ref)}`);
    return foreseeEntity(row, outcome, plan, { observing, plannedAt, show });
  });
  return { finished, pending: [] };
}

/** Runs rows together; what fails together for no reason outside is tried one by one, so that only the poison fails (I11). */
async function isolating(
  deps: WorkerDeps,
  rows: readonly ClaimedWork[],
  work: (rows: readonly ClaimedWork[]) => Promise<AttemptEnd>,
): Promise<readonly FinishedWork[]> {
  if (rows.length === 0) return [];
  let end: AttemptEnd;
  try {
    end = await work(rows);
  } catch (error) {
    if (error instanceof ClaimsLost) {
      deps.log.warn({ entities: rows.length }, 'claims were lost to another worker, nothing more is sent for them');
      return [];
    }
    if (error instanceof NetboxFault && error.retryAfterMs !== undefined) {
      await deps.store.park(
        deps.settings.workerId,
        rows.map((row) => retrying(deps, row, error)),
      );
      deps.metrics.retried(reasonOf(error), rows.length);
      return [];
    }
    if (error instanceof DiodeError && error.code === 'storage_unavailable') throw error;
    if (rows.length > 1) {
      deps.metrics.retried('other', rows.length);
      const finished: FinishedWork[] = [];
      for (const row of rows) finished.push(...(await isolating(deps, [row], work)));
      return finished;
    }
    end = { finished: rows.map((row) => poisoned(deps, row, error)), pending: [] };
  }
  await deps.store.finish(deps.settings.workerId, end.finished);
  if (end.pending.length > 0) {
    await deps.store.park(
      deps.settings.workerId,
      end.pending.map((one) => parked(deps, one)),
    );
    for (const { pending } of end.pending) {
      if (pending.kind === 'waiting') continue;
      deps.metrics.retried(pending.kind === 'fault' ? reasonOf(pending.result.fault) : 'conflict', 1);
    }
  }
  return end.finished;
}

function parked(deps: WorkerDeps, { row, pending }: PendingEntity): Parked {
  switch (pending.kind) {
    case 'fault':
      return retrying(deps, row, pending.result.fault);
    case 'stand_back':
      return standingBack(row, pending.waitMs, pending.waitingFor);
    case 'waiting':
      return waiting(deps, row, pending.waitingFor);
    default:
      return pending satisfies never;
  }
}

/** Looks again soon at first, for most wait for a neighbour of the same sync, and ever more seldom. */
function waiting(deps: WorkerDeps, row: ClaimedWork, waitingFor: string): Parked {
  const delayMs = backoffMs({
    attempts: row.attempts,
    firstMs: 2 * deps.settings.standBackMs,
    maxMs: WAIT_MAX_MS,
    random: deps.random(),
  });
  return {
    ref: row.ref,
    state: 'waiting',
    delayMs,
    attempted: true,
    waitingFor: waitingFor.slice(0, 300),
    error: null,
  };
}

function retrying(deps: WorkerDeps, row: ClaimedWork, fault: NetboxFault): Parked {
  const delayMs = backoffMs({
    attempts: row.attempts,
    firstMs: deps.settings.retryFirstMs,
    maxMs: deps.settings.retryMaxMs,
    random: deps.random(),
    ...(fault.retryAfterMs === undefined || fault.kind !== 'throttled' ? {} : { atLeastMs: fault.retryAfterMs }),
  });
  return {
    ref: row.ref,
    state: 'retrying',
    delayMs,
    attempted: true,
    waitingFor: null,
    error: { code: fault.code, detail: fault.detail },
  };
}

/** Not an attempt: nobody failed, somebody else is only quicker. */
const standingBack = (row: ClaimedWork, delayMs: number, waitingFor: string): Parked => ({
  ref: row.ref,
  state: 'queued',
  delayMs,
  attempted: false,
  waitingFor,
  error: null,
});

/** An entity our own code cannot bear, alone: it ends here, and loudly. */
function poisoned(deps: WorkerDeps, row: ClaimedWork, error: unknown): FinishedWork {
  const known = error instanceof DiodeError ? error : null;
  if (known === null)
    deps.log.error({ err: error, ...row.ref, object_type: row.objectType }, 'an entity could not be worked on');
  const code = known?.code ?? 'internal';
  const detail = known?.detail ?? 'Diode could not work on this entity; the log of the reconciler says more';
  return {
    ref: row.ref,
    state: 'failed',
    objectType: row.objectType,
    key: '',
    action: null,
    netbox: null,
    detail: { fields: {}, also: [], error: { code, detail, errors: known?.errors ?? [] } },
    plannedAt: null,
    appliedAt: null,
    attempts: row.attempts + 1,
  };
}

const reasonOf = (fault: NetboxFault): 'netbox_throttled' | 'netbox_unavailable' =>
  fault.kind === 'throttled' ? 'netbox_throttled' : 'netbox_unavailable';

function count(
  deps: WorkerDeps,
  rows: readonly ClaimedWork[],
  finished: readonly FinishedWork[],
  seconds: number,
): void {
  const byKey = new Map(rows.map((row) => [refKey(row.ref), row]));
  for (const done of finished) {
    const row = byKey.get(refKey(done.ref));
    if (row !== undefined) deps.metrics.ended({ source: row.source, dryRun: row.dryRun, state: done.state, seconds });
  }
}
