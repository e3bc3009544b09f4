import type { FinishedWork, WorkVerbs } from '../contract.js';
import { bytesArray, int4Array, int8Array, textArray, timestampArray, uuidArray } from '../postgres/binary-array.js';
import type { Database } from '../postgres/database.js';
import { FINISH_ROWS, WAKE_NEXT } from '../sql/work.js';
import { FINISHED_CHANNEL, notificationPayloads } from '../view/finished-channel.js';

function columns(done: readonly FinishedWork[]): Buffer[] {
  return [
    uuidArray(done.map((d) => d.ref.syncId)),
    int4Array(done.map((d) => d.ref.index)),
    textArray(done.map((d) => d.state)),
    textArray(done.map((d) => d.objectType)),
    textArray(done.map((d) => d.key)),
    textArray(done.map((d) => d.action)),
    int8Array(done.map((d) => d.netbox?.id ?? null)),
    textArray(done.map((d) => d.netbox?.url ?? null)),
    bytesArray(done.map((d) => (d.detail === null ? null : JSON.stringify(d.detail)))),
    int4Array(done.map((d) => d.attempts)),
    timestampArray(done.map((d) => d.plannedAt)),
    timestampArray(done.map((d) => d.appliedAt)),
  ];
}

/** Rows in one order everywhere, so that two workers that finish overlapping rows cannot deadlock. */
function inOrder(done: readonly FinishedWork[]): readonly FinishedWork[] {
  return [...done].sort((a, b) =>
    a.ref.syncId === b.ref.syncId ? a.ref.index - b.ref.index : a.ref.syncId < b.ref.syncId ? -1 : 1,
  );
}

export function makeFinish(db: Database): WorkVerbs['finish'] {
  return async (workerId, done) => {
    if (done.length === 0) return 0;
    return db.transaction(async (tx) => {
      const gone = await tx.query<{ sync_id: string; ordering_key: string }>(FINISH_ROWS, [
        workerId,
        ...columns(inOrder(done)),
      ]);
      if (gone.length === 0) return 0;
      // A statement of its own: its snapshot must be younger than the deletion, or it would wake what was just finished.
      const keys = [...new Set(gone.map((row) => row.ordering_key))].map(BigInt).sort((a, b) => (a < b ? -1 : 1));
      const payloads = notificationPayloads([...new Set(gone.map((row) => row.sync_id))]);
      await tx.query(WAKE_NEXT, [int8Array(keys), FINISHED_CHANNEL, payloads]);
      return gone.length;
    });
  };
}
