import type { Lookup, Plan } from '@diode/engine';
import type { WorkerDeps } from './deps.js';
import type { SeenObjects } from './identity/seen-objects.js';
import { unnamed } from './receipts/shown-value.js';

/** A name of a year ago is better than a number. */
const ANY_AGE_MS = 10 * 365 * 24 * 3_600_000;

/** What an update takes a field away from was not needed to decide it: its name, for the receipt, is the mirror's or none. One query, seldom. */
export async function learnNames(
  deps: Pick<WorkerDeps, 'store' | 'brain'>,
  plan: Plan,
  seen: SeenObjects,
): Promise<void> {
  const lookups = unnamed(plan, { rowOf: deps.brain.rowOf, seen }).map(
    ({ objectType, id }): Lookup => ({ key: `${objectType}|id=${id}`, objectType, by: { kind: 'id', id } }),
  );
  if (lookups.length === 0) return;
  seen.learn([...(await deps.store.lookup(lookups, ANY_AGE_MS)).values()].flat());
}
