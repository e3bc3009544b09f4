import type { Plan, PlanMode, Prepared } from '@diode/engine';
import type { Assertion } from '@diode/protocol';
import type { ClaimedWork } from '@diode/store';
import type { WorkerDeps } from './deps.js';
import { type Answers, makeAnswers } from './identity/answers.js';
import { drive } from './identity/drive.js';
import type { SeenObjects } from './identity/seen-objects.js';
import { refKey } from './receipts/progress.js';

/** Plans rows as one graph. */
export type Planner = (rows: readonly ClaimedWork[]) => Promise<Plan>;

/** A claimed row as the engine takes it. */
export function assertionOf(row: ClaimedWork): Assertion {
  const { ref, source, channel, objectType, data, observedAt, receivedAt, dryRun } = row;
  return { ref, source, channel, objectType, data, observedAt, receivedAt, dryRun };
}

/** Answers from mirror and NetBox; from NetBox alone when the mirror is mistrusted. */
export function answersFor(deps: WorkerDeps, seen: SeenObjects, mistrust: boolean): Answers {
  return makeAnswers({
    mirror: deps.store,
    reader: deps.netbox.reader,
    known: deps.known,
    seen,
    lookupKeys: (observed) => deps.brain.lookupKeys(observed),
    mirrorMaxAgeMs: deps.settings.mirrorMaxAgeMs,
    signal: deps.hardStop,
    mistrust,
  });
}

/** Prepares each row once, then identifies and plans as often as it is asked. */
export function plannerFor(deps: WorkerDeps, answers: Answers, mode: PlanMode): Planner {
  const policy = deps.policy();
  const prepared = new Map<string, Prepared>();
  const now = new Date(deps.now()).toISOString();
  return (rows) => {
    const list = rows.map((row) => {
      const known = prepared.get(refKey(row.ref)) ?? deps.brain.prepare(assertionOf(row), policy);
      prepared.set(refKey(row.ref), known);
      return known;
    });
    return drive(deps.brain.planning(list, policy, { now, mode }), (lookups) => answers.ask(lookups));
  };
}
