import type { Lookup, LookupAnswer } from '@diode/engine';
import type { ClaimedWork } from '@diode/store';
import type { WorkerDeps } from './deps.js';
import { type EarlierAttempts, earlierAttempts } from './receipts/earlier-attempts.js';

/** A page does not move: an old copy of the object is as good as any. */
const ANY_AGE_MS = 10 * 365 * 24 * 3_600_000;

/**
 * Asks the journal about rows that were claimed before; for all others there is nothing to ask. The pages of what a killed worker wrote and had not yet told
 * the mirror are read from NetBox: a receipt names what it knows was made.
 */
export async function loadEarlier(
  deps: Pick<WorkerDeps, 'store' | 'netbox' | 'hardStop' | 'brain'>,
  rows: readonly ClaimedWork[],
): Promise<EarlierAttempts> {
  const again = rows.filter((row) => row.claimedBefore);
  if (again.length === 0) return new Map();
  const changes = await deps.store.settledChanges(again.map((row) => row.ref));
  if (changes.length === 0) return new Map();
  const byKey = new Map(changes.map((change) => [idKey(change.objectType, change.netboxId), change]));
  const lookups = [...byKey].map(
    ([key, { objectType, netboxId: id }]): Lookup => ({ key, objectType, by: { kind: 'id', id } }),
  );
  const mirrored = await deps.store.lookup(lookups, ANY_AGE_MS);
  const read = await readMissing(
    deps,
    lookups.filter(({ key }) => (mirrored.get(key) ?? []).length === 0),
  );
  return earlierAttempts(changes, (objectType, id) => {
    const key = idKey(objectType, id);
    return (mirrored.get(key)?.[0] ?? read.get(key)?.[0])?.url ?? null;
  });
}

const idKey = (objectType: string, id: number): string => `${objectType}|id=${id}`;

async function readMissing(
  deps: Pick<WorkerDeps, 'store' | 'netbox' | 'hardStop' | 'brain'>,
  lookups: readonly Lookup[],
): Promise<LookupAnswer> {
  if (lookups.length === 0) return new Map();
  const found = await deps.netbox.reader.find(lookups, deps.hardStop);
  const objects = [...found.values()].flat();
  if (objects.length > 0)
    await deps.store.put(objects.map((observed) => ({ observed, keys: deps.brain.lookupKeys(observed) })));
  return found;
}
