import type { Plan } from '@diode/engine';
import type { ClaimedWork } from '@diode/store';
import type { WorkerDeps } from './deps.js';
import { mirrorOnlyAnswers } from './identity/mirror-only.js';
import { makeSeenObjects } from './identity/seen-objects.js';
import { plannerFor } from './planner.js';
import { makeShowFor, type Show } from './receipts/shown-value.js';

/** Plans rows as the mirror has it, with the words for the plan's values: for looking at a receipt. */
export async function planFromMirror(
  deps: WorkerDeps,
  rows: readonly ClaimedWork[],
): Promise<{ readonly plan: Plan; readonly show: Show }> {
  const { rowOf } = deps.brain;
  const seen = makeSeenObjects(rowOf);
  const plan = await plannerFor(deps, mirrorOnlyAnswers(deps, deps.store, seen), 'observe')(rows);
  return { plan, show: makeShowFor({ rowOf, seen })(plan) };
}
