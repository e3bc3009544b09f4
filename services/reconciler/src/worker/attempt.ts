import type { Plan } from '@diode/engine';
import type { ClaimedWork, FinishedWork } from '@diode/store';
import type { ApplyDeps } from './apply/apply-plan.js';
import { resolveUnsettled } from './apply/resolve-unsettled.js';
import type { WorkerDeps } from './deps.js';
import { makeSeenObjects } from './identity/seen-objects.js';
import { learnNames } from './learn-names.js';
import { loadEarlier } from './load-earlier.js';
import { answersFor, plannerFor } from './planner.js';
import type { EarlierAttempts } from './receipts/earlier-attempts.js';
import type { Pending } from './receipts/entity-state.js';
import { finishEntity } from './receipts/finish-entity.js';
import { Progress, refKey } from './receipts/progress.js';
import { makeShowFor, type Show } from './receipts/shown-value.js';
import { type RoundsEnd, runRounds } from './rounds.js';

export interface PendingEntity {
  readonly row: ClaimedWork;
  readonly pending: Pending;
}

export interface AttemptEnd {
  readonly finished: readonly FinishedWork[];
  readonly pending: readonly PendingEntity[];
}

/**
 * Makes NetBox say what these rows assert. Throws what is nobody's fault in particular (NetBox or the store away while reading, a bug); the caller parks
 * or isolates.
 */
export async function attempt(
  deps: WorkerDeps,
  all: readonly ClaimedWork[],
  ensureHeld: () => void,
): Promise<AttemptEnd> {
  const startedAt = deps.now();
  const crashed = all.filter((row) => row.hasUnsettledChanges);
  const { rowOf } = deps.brain;
  const seen = makeSeenObjects(rowOf);
  const showFor = makeShowFor({ rowOf, seen });
  const answers = answersFor(deps, seen, crashed.length > 0);
  const planFor = plannerFor(deps, answers, 'write');
  const progress = new Progress(showFor);
  const apply = { ...applyDeps(deps, startedAt, ensureHeld), seen, showFor };
  let rows = all;
  let plan = await planFor(rows);

  const tooEarly: PendingEntity[] = [];
  if (crashed.length > 0) {
    const open = await deps.store.unsettled(crashed.map((row) => row.ref));
    const notBefore = await resolveUnsettled({ ...apply, seen }, open, plan);
    tooEarly.push(...waitFor(deps, all, notBefore));
    rows = all.filter((row) => !notBefore.has(refKey(row.ref)));
    if (rows.length === 0) return { finished: [], pending: tooEarly };
    if (rows.length < all.length) plan = await planFor(rows);
  }

  for (
    let early = tooEarlyToMake(deps, rows, plan, startedAt);
    early.length > 0;
    early = tooEarlyToMake(deps, rows, plan, startedAt)
  ) {
    tooEarly.push(...early);
    const waiting = new Set(early.map(({ row }) => row));
    rows = rows.filter((row) => !waiting.has(row));
    if (rows.length === 0) return { finished: [], pending: tooEarly };
    plan = await planFor(rows);
  }

  const rounds = {
    answers,
    planFor,
    progress,
    apply,
    remember: (round: RoundsEnd) => remember(deps, round),
    learnNames: (some: Plan) => learnNames(deps, some, seen),
  };
  const end = await runRounds(rounds, rows, plan);
  const earlier = await loadEarlier(deps, rows);
  const { finished, pending } = finishAll(deps, rows, {
    ...end,
    progress,
    earlier,
    startedAt,
    show: showFor(end.plan),
  });
  return { finished, pending: [...tooEarly, ...pending] };
}

/**
 * New objects that name something which is not there. For a moment the chance is good that a neighbour brings it, and nothing is made by halves; later it is
 * made without, and only the field goes on waiting.
 */
function tooEarlyToMake(
  deps: WorkerDeps,
  rows: readonly ClaimedWork[],
  plan: Plan,
  now: number,
): readonly PendingEntity[] {
  const outcomes = new Map(plan.outcomes.map((outcome) => [refKey(outcome.ref), outcome]));
  const creates = new Set(plan.changes.filter((change) => change.action === 'create').map((change) => change.key));
  return rows.flatMap((row) => {
    const outcome = outcomes.get(refKey(row.ref));
    const missing = outcome?.problems.find((problem) => problem.code === 'reference_missing');
    if (missing === undefined || !creates.has(outcome?.change ?? '')) return [];
    if (now - Date.parse(row.receivedAt) >= deps.settings.makeByHalvesAfterMs) return [];
    return [{ row, pending: { kind: 'waiting', waitingFor: missing.detail, problems: [missing] } }];
  });
}

function applyDeps(deps: WorkerDeps, startedAt: number, ensureHeld: () => void): Omit<ApplyDeps, 'seen' | 'showFor'> {
  const { settings } = deps;
  return {
    brain: deps.brain,
    writer: deps.netbox.writer,
    pacer: deps.netbox.pacer,
    journal: deps.store,
    workerId: settings.workerId,
    signal: deps.hardStop,
    newId: deps.newId,
    now: deps.now,
    ownRequest: (requestId) => deps.ownRequests.add(requestId),
    ensureHeld,
    repeatAfterMs: settings.netboxTimeoutMs + settings.repeatMarginMs,
    standBackMs: settings.standBackMs,
    startedAt,
  };
}

/** In stand-backs: how often NetBox is read again for a create it may still be given. */
const LOOKS_AGAIN_AFTER = 25;

/** Until what was sent without an answer cannot arrive any more. It may arrive at any moment before: NetBox is read again meanwhile. */
function waitFor(
  { settings }: WorkerDeps,
  rows: readonly ClaimedWork[],
  notBefore: ReadonlyMap<string, number>,
): readonly PendingEntity[] {
  const knownAfterS = (settings.netboxTimeoutMs + settings.repeatMarginMs) / 1_000;
  const waitingFor = `a create NetBox was sent and gave no answer to: whether it did it is known ${knownAfterS} s after it was sent, at the latest`;
  return rows.flatMap((row) => {
    const leftMs = notBefore.get(refKey(row.ref));
    if (leftMs === undefined) return [];
    const waitMs = Math.min(leftMs, LOOKS_AGAIN_AFTER * settings.standBackMs);
    return [{ row, pending: { kind: 'stand_back', waitMs, waitingFor } }];
  });
}

function finishAll(
  deps: WorkerDeps,
  rows: readonly ClaimedWork[],
  end: RoundsEnd & {
    readonly progress: Progress;
    readonly earlier: EarlierAttempts;
    readonly startedAt: number;
    readonly show: Show;
  },
): AttemptEnd {
  const round = {
    ...end,
    plannedAt: new Date(end.startedAt).toISOString(),
    standBackMs: deps.settings.standBackMs,
    // Who comes after it about the same object must not wait as long: then only as long as neighbours of a sync need.
    mayWait: (row: ClaimedWork) =>
      end.startedAt - Date.parse(row.receivedAt) <
      (row.laterWaits ? deps.settings.makeByHalvesAfterMs : deps.settings.waitingMaxMs),
  };
  const outcomes = new Map(end.plan.outcomes.map((outcome) => [refKey(outcome.ref), outcome]));
  const finished: FinishedWork[] = [];
  const pending: PendingEntity[] = [];
  for (const row of rows) {
    const outcome = outcomes.get(refKey(row.ref));
    if (outcome === undefined) throw new Error(`the plan has no outcome for ${refKey(row.ref)}`);
    const result = finishEntity(row, outcome, round);
    if (result.kind === 'finished') finished.push(result.work);
    else pending.push({ row, pending: result.pending });
  }
  return { finished, pending };
}

/** Aliases are put once a process: an unchanged entity names its own each time. */
async function remember(deps: WorkerDeps, { plan, applied }: RoundsEnd): Promise<void> {
  if (applied.touched.length > 0) {
    await deps.store.put(applied.touched.map((observed) => ({ observed, keys: deps.brain.lookupKeys(observed) })));
  }
  const aliases = plan.changes.flatMap((change) => {
    const result = applied.results.get(change.key);
    const netboxId = result?.kind === 'applied' ? result.observed.id : change.netboxId;
    return netboxId === null ? [] : change.aliases.map((alias) => ({ objectType: change.objectType, alias, netboxId }));
  });
  const fresh = aliases.filter((one) => !deps.knownAliases.has(aliasKey(one)));
  if (fresh.length === 0) return;
  await deps.store.putAliases(fresh);
  if (deps.knownAliases.size > KNOWN_ALIASES) deps.knownAliases.clear();
  for (const one of fresh) deps.knownAliases.add(aliasKey(one));
}

const KNOWN_ALIASES = 50_000;

const aliasKey = (one: { readonly objectType: string; readonly alias: string; readonly netboxId: number }): string =>
  `${one.objectType}#${one.netboxId}|${one.alias}`;
