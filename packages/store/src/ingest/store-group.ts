import type { StoreOutcome } from '../contract.js';
import {
  boolArray,
  bytesArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestampArray,
  uuidArray,
} from '../postgres/binary-array.js';
import type { Connection } from '../postgres/database.js';
import { parseJson } from '../postgres/json-column.js';
import { FIND_ANSWER, STORE_GROUP, STORE_KEYED_GROUP } from '../sql/ingest.js';
import type { EncodedSync } from './encoded-sync.js';

function jsonOrNull(list: readonly unknown[]): string | null {
  return list.length === 0 ? null : JSON.stringify(list);
}

function columns(group: readonly EncodedSync[]): Buffer[] {
  const syncs = group.map((member) => member.sync);
  const rows = group.flatMap(({ sync, bodies, orderingKeys }) =>
    sync.entities.map((entity, index) => ({
      sync,
      index,
      entity,
      body: bodies[index] ?? 'null',
      orderingKey: orderingKeys[index] ?? 0n,
    })),
  );
  return [
    uuidArray(syncs.map((s) => s.syncId)),
    textArray(syncs.map((s) => s.source)),
    textArray(syncs.map((s) => s.clientId)),
    textArray(syncs.map((s) => s.channel)),
    boolArray(syncs.map((s) => s.dryRun)),
    int4Array(syncs.map((s) => s.entities.length)),
    int4Array(syncs.map((s) => s.refused)),
    bytesArray(syncs.map((s) => jsonOrNull(s.errors))),
    bytesArray(syncs.map((s) => jsonOrNull(s.notes))),
    timestampArray(syncs.map((s) => s.receivedAt)),
    uuidArray(rows.map((r) => r.sync.syncId)),
    int4Array(rows.map((r) => r.index)),
    textArray(rows.map((r) => r.entity.objectType)),
    bytesArray(rows.map((r) => r.body)),
    timestampArray(rows.map((r) => r.entity.observedAt)),
    int2Array(rows.map((r) => r.entity.partition)),
    int8Array(rows.map((r) => r.orderingKey)),
    timestampArray(rows.map((r) => r.sync.receivedAt)),
  ];
}

function keyColumns(group: readonly EncodedSync[]): Buffer[] {
  const keyed = group.flatMap(({ sync, idempotencyKey }) =>
    sync.idempotency === null ? [] : [{ ...sync.idempotency, key: idempotencyKey, sync }],
  );
  return [
    uuidArray(keyed.map((k) => k.sync.syncId)),
    textArray(keyed.map((k) => k.sync.clientId)),
    textArray(keyed.map((k) => k.key)),
    textArray(keyed.map((k) => k.bodyHash)),
    bytesArray(keyed.map((k) => JSON.stringify(k.answer))),
  ];
}

/** What a sync whose key was taken gets: the answer given then, or a conflict. null when that answer expired just now. */
async function earlierAnswer(db: Connection, member: EncodedSync): Promise<StoreOutcome | null> {
  const [row] = await db.query<{ body_hash: string; answer: string }>(FIND_ANSWER, [
    member.sync.clientId,
    member.idempotencyKey,
  ]);
  if (row === undefined) return null;
  if (row.body_hash !== member.sync.idempotency?.bodyHash) return { kind: 'conflict' };
  return { kind: 'repeated', answer: parseJson(row.answer) };
}

/**
 * Stores a group in one statement, so in one transaction (I1): all of it is committed, or none. No two members may have the same
 * client and idempotency key. Gives the outcomes in the order of the group.
 */
export async function storeGroup(db: Connection, group: readonly EncodedSync[]): Promise<readonly StoreOutcome[]> {
  if (group.every((member) => member.idempotencyKey === null)) {
    await db.query(STORE_GROUP, columns(group));
    return group.map(() => ({ kind: 'stored' }));
  }
  const rows = await db.query<{ sync_id: string }>(STORE_KEYED_GROUP, [...columns(group), ...keyColumns(group)]);
  const stored = new Set(rows.map((row) => row.sync_id));
  return Promise.all(
    group.map(async (member): Promise<StoreOutcome> => {
      if (stored.has(member.sync.syncId)) return { kind: 'stored' };
      const answer = await earlierAnswer(db, member);
      if (answer !== null) return answer;
      const [outcome] = await storeGroup(db, [member]);
      return outcome ?? { kind: 'stored' };
    }),
  );
}
