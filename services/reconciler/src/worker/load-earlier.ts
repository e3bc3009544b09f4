import type { Lookup } from '@diode/engine';
import type { ClaimedWork } from '@diode/store';
import type { WorkerDeps } from './deps.js';
import { type EarlierAttempts, earlierAttempts } from './receipts/earlier-attempts.js';

/** A page does not move: an old copy of the object is as good as any. */
const ANY_AGE_MS = 10 * 365 * 24 * 3_600_000;

/** Asks the journal about rows that were claimed before; for all others there is nothing to ask. */
export async function loadEarlier(
  deps: Pick<WorkerDeps, 'store'>,
  rows: readonly ClaimedWork[],
): Promise<EarlierAttempts> {
  const again = rows.filter((row) => row.claimedBefore);
  if (again.length === 0) return new Map();
  const changes = await deps.store.settledChanges(again.map((row) => row.ref));
  if (changes.length === 0) return new Map();
  const lookups = changes.map(
    ({ objectType, netboxId: id }): Lookup => ({
      key: `${objectType}|id=${id}`,
      objectType,
      by: { kind: 'id', id },
    }),
  );
  const found = await deps.store.lookup(lookups, ANY_AGE_MS);
  return earlierAttempts(changes, (objectType, id) => found.get(`${objectType}|id=${id}`)?.[0]?.url ?? null);
}
