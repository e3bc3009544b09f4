import type { Change, Plan } from '@diode/engine';
import type { EntityRef } from '@diode/protocol';
import type { ClaimedWork } from '@diode/store';
import { type Applied, type ApplyDeps, applyPlan } from './apply/apply-plan.js';
import type { ChangeResult } from './apply/change-result.js';
import type { Owner } from './apply/record-changes.js';
import type { Answers } from './identity/answers.js';
import type { Planner } from './planner.js';
import { type Progress, refKey } from './receipts/progress.js';

/** How often one attempt may plan again: components of new devices take one more round, each lost race another. */
const MAX_ROUNDS = 6;

/** Nothing was sent. */
export const NOTHING: Applied = { results: new Map(), late: new Map(), touched: [] };

export interface RoundsDeps {
  readonly answers: Answers;
  readonly planFor: Planner;
  readonly progress: Progress;
  readonly apply: ApplyDeps;
  /** What NetBox holds now, and by which words it was asked for, goes into the mirror. */
  readonly remember: (end: RoundsEnd) => Promise<void>;
  /** Before a plan is carried out: the names of what its updates replace. */
  readonly learnNames: (plan: Plan) => Promise<void>;
}

export interface RoundsEnd {
  readonly plan: Plan;
  readonly applied: Applied;
}

const isWrite = (change: Change): boolean => change.action === 'create' || change.action === 'update';

/** Reads again what the writes rest on, applies, and plans again where NetBox moved meanwhile (docs/decisions/0004-apply.md "Rounds"). */
export async function runRounds(deps: RoundsDeps, rows: readonly ClaimedWork[], first: Plan): Promise<RoundsEnd> {
  let plan = first;
  let applied = NOTHING;
  let trusted = false;
  let { startedAt } = deps.apply;
  for (let round = 1; plan.changes.some(isWrite); round += 1) {
    plan = await freshPlan(deps, rows, plan);
    if (!plan.changes.some(isWrite)) break;
    await deps.learnNames(plan);
    applied = await applyPlan({ ...deps.apply, startedAt }, plan, ownersOf(plan, rows), deps.progress.settled);
    deps.progress.add(plan, applied);
    await deps.remember({ plan, applied });
    const kinds = kindsOf(applied);
    if (kinds.has('fault') || round === MAX_ROUNDS) break;
    // A no on the ground of what only the mirror said may be the mirror's fault: everything is read once more before it counts.
    // So is one for something that is there already: somebody was quicker by a moment.
    const doubtful = kinds.has('refused') && !trusted && ((await deps.answers.refreshAll()) || isThereAlready(applied));
    if (doubtful) {
      trusted = true;
      deps.progress.settled.clear();
    } else if (!kinds.has('again')) break;
    startedAt = deps.apply.now();
    deps.answers.invalidate(applied.touched, typesToAskAnew(plan, applied));
    plan = await deps.planFor(rows);
    applied = NOTHING;
  }
  if (applied === NOTHING) {
    deps.progress.add(plan, applied);
    await deps.remember({ plan, applied });
  }
  return { plan, applied };
}

/** A plan whose writes rest on what NetBox said in this attempt. Each turn makes answers fresh that stay fresh, so it ends. */
async function freshPlan(deps: RoundsDeps, rows: readonly ClaimedWork[], first: Plan): Promise<Plan> {
  let plan = first;
  while (await deps.answers.refreshFor(plan)) plan = await deps.planFor(rows);
  return plan;
}

/**
 * What was missing of what was written or is to be tried again may be there now; the rest is as it was. All that was not made counts, for whatever reason: the
 * next round asks the journal only about its own time (`startedAt`), so no absence may be older than it.
 */
function typesToAskAnew(plan: Plan, applied: Applied): ReadonlySet<string> {
  const again = plan.changes.filter((change) => {
    const kind = applied.results.get(change.key)?.kind;
    return change.action === 'create' ? kind !== 'applied' : kind === 'again' || kind === 'refused';
  });
  return new Set([...applied.touched, ...again].map((one) => one.objectType));
}

const TWICE = /already exists|must be unique|duplicate/i;

function isThereAlready(applied: Applied): boolean {
  return [...applied.results.values()].some(
    (result) => result.kind === 'refused' && result.problems.some((problem) => TWICE.test(problem.detail)),
  );
}

function kindsOf(applied: Applied): ReadonlySet<ChangeResult['kind']> {
  const late = [...applied.late.values()].flatMap((fields) => [...fields.values()]);
  return new Set([...applied.results.values(), ...late].map((result) => result.kind));
}

/** The first entity a change is made for carries it in the journal and in NetBox's change log. */
function ownersOf(plan: Plan, rows: readonly ClaimedWork[]): ReadonlyMap<string, Owner> {
  const sources = new Map(rows.map((row) => [refKey(row.ref), row.source]));
  const owners = new Map<string, Owner>();
  const claim = (key: string, ref: EntityRef): void => {
    if (!owners.has(key)) owners.set(key, { ref, source: sources.get(refKey(ref)) ?? '' });
  };
  for (const outcome of plan.outcomes) if (outcome.change !== null) claim(outcome.change, outcome.ref);
  for (const outcome of plan.outcomes) for (const key of outcome.also) claim(key, outcome.ref);
  return owners;
}
