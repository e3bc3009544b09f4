import type { Change, Plan, PlanMode, Prepared } from '@diode/engine';
import type { Assertion, EntityRef } from '@diode/protocol';
import type { ClaimedWork, FinishedWork } from '@diode/store';
import { type Applied, applyPlan, type Owner } from './apply/apply-plan.js';
import { resolveUnsettled } from './apply/resolve-unsettled.js';
import type { WorkerDeps } from './deps.js';
import { type Answers, makeAnswers } from './identity/answers.js';
import { drive } from './identity/drive.js';
import type { Pending } from './receipts/entity-state.js';
import { finishEntity } from './receipts/finish-entity.js';
import { Progress, refKey } from './receipts/progress.js';

/** How often one attempt may plan again: components of new devices take one more round, each lost race another. */
const MAX_ROUNDS = 6;

const NOTHING: Applied = { results: new Map(), late: new Map(), touched: [] };

export interface AttemptEnd {
  readonly finished: readonly FinishedWork[];
  readonly pending: readonly { readonly row: ClaimedWork; readonly pending: Pending }[];
}

/** A claimed row as the engine takes it. */
export function assertionOf(row: ClaimedWork): Assertion {
  const { ref, source, channel, objectType, data, observedAt, receivedAt, dryRun } = row;
  return { ref, source, channel, objectType, data, observedAt, receivedAt, dryRun };
}

export function answersFor(deps: WorkerDeps, mistrust: boolean): Answers {
  return makeAnswers({
    mirror: deps.store,
    reader: deps.netbox.reader,
    known: deps.known,
    lookupKeys: (observed) => deps.brain.lookupKeys(observed),
    mirrorMaxAgeMs: deps.settings.mirrorMaxAgeMs,
    signal: deps.hardStop,
    mistrust,
  });
}

/** Prepares, identifies and plans rows as one graph. */
export function plannerFor(
  deps: WorkerDeps,
  answers: Answers,
  mode: PlanMode,
): (rows: readonly ClaimedWork[]) => Promise<Plan> {
  const policy = deps.policy();
  const prepared = new Map<string, Prepared>();
  return (rows) => {
    const list = rows.map((row) => {
      const known = prepared.get(refKey(row.ref)) ?? deps.brain.prepare(assertionOf(row), policy);
      prepared.set(refKey(row.ref), known);
      return known;
    });
    return drive(deps.brain.planning(list, policy, mode), (lookups) => answers.ask(lookups));
  };
}

/**
 * Makes NetBox say what these rows assert: identify, plan, read again what would be written, apply, and plan again where NetBox moved meanwhile.
 * Throws what is nobody's fault in particular (NetBox or the store away while reading, a bug); the caller parks or isolates.
 */
export async function attempt(
  deps: WorkerDeps,
  all: readonly ClaimedWork[],
  ensureHeld: () => void,
): Promise<AttemptEnd> {
  const startedAt = deps.now();
  const repeatAfterMs = deps.settings.netboxTimeoutMs + deps.settings.repeatMarginMs;
  const crashed = all.filter((row) => row.hasUnsettledChanges);
  const answers = answersFor(deps, crashed.length > 0);
  const planFor = plannerFor(deps, answers, 'write');
  const progress = new Progress();
  let rows = all;
  let plan = await planFor(rows);

  const tooEarly: AttemptEnd['pending'][number][] = [];
  if (crashed.length > 0) {
    const open = await deps.store.unsettled(crashed.map((row) => row.ref));
    const { notBefore, recovered } = await resolveUnsettled(
      { journal: deps.store, repeatAfterMs, startedAt, now: deps.now },
      open,
      plan,
    );
    for (const { change, link } of recovered) progress.addRecovered(change, link, new Date(startedAt).toISOString());
    for (const row of all) {
      const waitMs = notBefore.get(refKey(row.ref));
      if (waitMs !== undefined)
        tooEarly.push({ row, pending: { kind: 'stand_back', waitMs, waitingFor: 'the answer NetBox may still give' } });
    }
    rows = all.filter((row) => !notBefore.has(refKey(row.ref)));
    if (rows.length < all.length && rows.length > 0) plan = await planFor(rows);
  }
  if (rows.length === 0) return { finished: [], pending: tooEarly };

  const planAgain = async (touched: Applied['touched']): Promise<Applied> => {
    answers.invalidate(touched);
    plan = await planFor(rows);
    return NOTHING;
  };
  let applied = NOTHING;
  let trusted = false;
  for (let round = 0; round < MAX_ROUNDS && plan.changes.some(isWrite); round += 1) {
    if (await answers.refreshFor(plan)) {
      plan = await planFor(rows);
      if (!plan.changes.some(isWrite)) break;
    }
    applied = await applyPlan(
      {
        brain: deps.brain,
        writer: deps.netbox.writer,
        pacer: deps.netbox.pacer,
        journal: deps.store,
        workerId: deps.settings.workerId,
        signal: deps.hardStop,
        newId: deps.newId,
        now: deps.now,
        ownRequest: (requestId) => deps.ownRequests.add(requestId),
        ensureHeld,
        repeatAfterMs,
        standBackMs: deps.settings.standBackMs,
        startedAt,
      },
      plan,
      ownersOf(plan, rows),
      progress.settled,
    );
    progress.add(plan, applied);
    await remember(deps, applied);
    const kinds = new Set(resultsOf(applied));
    if (kinds.has('fault') || round + 1 === MAX_ROUNDS) break;
    // A no on the ground of what only the mirror said may be the mirror's fault: look once at everything before it counts.
    if (kinds.has('refused') && !trusted) {
      trusted = true;
      if (await answers.refreshAll()) {
        progress.settled.clear();
        applied = await planAgain(applied.touched);
        continue;
      }
    }
    if (!kinds.has('again')) break;
    applied = await planAgain(applied.touched);
  }
  await rememberAliases(deps, plan, applied);

  const plannedAt = new Date(startedAt).toISOString();
  const end = { plan, applied, progress, plannedAt, standBackMs: deps.settings.standBackMs };
  const outcomes = new Map(plan.outcomes.map((outcome) => [refKey(outcome.ref), outcome]));
  const finished: FinishedWork[] = [];
  const pending = [...tooEarly];
  for (const row of rows) {
    const outcome = outcomes.get(refKey(row.ref));
    if (outcome === undefined) throw new Error(`the plan has no outcome for ${refKey(row.ref)}`);
    const result = finishEntity(row, outcome, end);
    if (result.kind === 'finished') finished.push(result.work);
    else pending.push({ row, pending: result.pending });
  }
  return { finished, pending };
}

const isWrite = (change: Change): boolean => change.action === 'create' || change.action === 'update';

const resultsOf = (applied: Applied): readonly string[] =>
  [...applied.results.values(), ...[...applied.late.values()].flatMap((fields) => [...fields.values()])].map(
    (result) => result.kind,
  );

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

async function remember(deps: WorkerDeps, applied: Applied): Promise<void> {
  if (applied.touched.length === 0) return;
  await deps.store.put(applied.touched.map((observed) => ({ observed, keys: deps.brain.lookupKeys(observed) })));
}

async function rememberAliases(deps: WorkerDeps, plan: Plan, applied: Applied): Promise<void> {
  const aliases = plan.changes.flatMap((change) => {
    const result = applied.results.get(change.key);
    const netboxId = result?.kind === 'applied' ? result.observed.id : change.netboxId;
    return netboxId === null ? [] : change.aliases.map((alias) => ({ objectType: change.objectType, alias, netboxId }));
  });
  if (aliases.length > 0) await deps.store.putAliases(aliases);
}
