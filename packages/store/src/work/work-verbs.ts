import type { EntityRef, EntityState } from '@diode/protocol';
import type { Backlog, WorkVerbs } from '../contract.js';
import { boolArray, bytesArray, int4Array, int8Array, textArray, uuidArray } from '../postgres/binary-array.js';
import type { Database } from '../postgres/database.js';
import {
  ABANDON_CLAIMS,
  BACKLOG,
  DUE_PARTITIONS,
  IN_HAND,
  NEXT_DUE,
  PARK_ROWS,
  RENEW_ROWS,
  WAITING_FOR,
  WAKE_RETRYING,
} from '../sql/work.js';
import { makeClaim } from './claim.js';
import { makeFinish } from './finish.js';

function refColumns(refs: readonly EntityRef[]): [Buffer, Buffer] {
  return [uuidArray(refs.map((ref) => ref.syncId)), int4Array(refs.map((ref) => ref.index))];
}

interface WaitingRow {
  readonly waiting_for: string | null;
  readonly last_error: string | null;
  readonly count: number;
}

/** What a parked row waits for, or what went wrong last time, as it was put there by `park`. */
function reasonOf(row: WaitingRow): string {
  if (row.waiting_for !== null) return row.waiting_for;
  const error: { readonly detail?: string } = JSON.parse(row.last_error ?? '{}');
  return error.detail ?? 'its next try';
}

async function readBacklog(db: Database): Promise<Backlog> {
  const states = await db.query<{ state: EntityState; count: number; oldest_seconds: number }>(BACKLOG);
  const waiting = await db.query<WaitingRow>(WAITING_FOR);
  return {
    counts: Object.fromEntries(states.map((row) => [row.state, row.count])),
    total: states.reduce((sum, row) => sum + row.count, 0),
    oldestWaitingSeconds: states.length === 0 ? null : Math.max(...states.map((row) => row.oldest_seconds)),
    waitingFor: waiting.map((row) => ({ reason: reasonOf(row), count: row.count })),
  };
}

export function makeWorkVerbs(db: Database): WorkVerbs {
  return {
    claim: makeClaim(db),
    finish: makeFinish(db),

    async renew(workerId, refs, leaseMs) {
      if (refs.length === 0) return [];
      const rows = await db.query<{ sync_id: string; index: number }>(RENEW_ROWS, [
        workerId,
        ...refColumns(refs),
        leaseMs,
      ]);
      return rows.map((row) => ({ syncId: row.sync_id, index: row.index }));
    },

    async park(workerId, rows) {
      if (rows.length === 0) return;
      await db.query(PARK_ROWS, [
        workerId,
        ...refColumns(rows.map((row) => row.ref)),
        textArray(rows.map((row) => row.state)),
        int8Array(rows.map((row) => Math.max(0, Math.round(row.delayMs)))),
        boolArray(rows.map((row) => row.attempted)),
        textArray(rows.map((row) => row.waitingFor)),
        bytesArray(rows.map((row) => (row.error === null ? null : JSON.stringify(row.error)))),
      ]);
    },

    async duePartitions() {
      const rows = await db.query<{ partition: number }>(DUE_PARTITIONS);
      return rows.map((row) => row.partition);
    },

    async nextDueMs(partition) {
      const [row] = await db.query<{ delay_ms: number }>(NEXT_DUE, [partition]);
      return row?.delay_ms ?? null;
    },

    async wakeRetrying() {
      const [row] = await db.query<{ count: number }>(WAKE_RETRYING);
      return row?.count ?? 0;
    },

    async abandonClaims(workerId) {
      return db.transaction(async (tx) => {
        const [row] = await tx.query<{ count: number }>(ABANDON_CLAIMS, [workerId]);
        return row?.count ?? 0;
      });
    },

    backlog: () => readBacklog(db),

    async inHand() {
      const rows = await db.query<{ worker_id: string; count: number; free_after_seconds: number }>(IN_HAND);
      return rows.map((row) => ({
        workerId: row.worker_id,
        count: row.count,
        freeAfterSeconds: row.free_after_seconds,
      }));
    },
  };
}
