import type { Channel } from '@diode/protocol';
import type { ClaimedWork, WorkVerbs } from '../contract.js';
import { int4Array, uuidArray } from '../postgres/binary-array.js';
import type { Connection, Database } from '../postgres/database.js';
import { instant, parseJsonObject } from '../postgres/json-column.js';
import { CLAIM_ROWS, CLAIMED_ENTITIES, DUE_ROWS, LOCK_PARTITION } from '../sql/work.js';

/** Due rows judged at a time: enough that pushing blocked rows aside is done in bulk. */
const LEAST_WINDOW = 256;
/** Windows judged in one transaction, so that it stays a matter of milliseconds and holds its locks no longer. */
const MAX_WINDOWS = 16;

interface RefRow {
  readonly sync_id: string;
  readonly index: number;
}

interface EntityRow extends RefRow {
  readonly partition: number;
  readonly source: string;
  readonly channel: Channel;
  readonly dry_run: boolean;
  readonly object_type: string;
  readonly data: string;
  readonly observed_at: Date;
  readonly received_at: Date;
  readonly attempts: number;
  readonly has_unsettled_changes: boolean;
  readonly claimed_before: boolean;
  readonly later_waits: boolean;
}

function refColumns(rows: readonly RefRow[]): [Buffer, Buffer] {
  return [uuidArray(rows.map((row) => row.sync_id)), int4Array(rows.map((row) => row.index))];
}

async function readClaimed(db: Connection, rows: readonly RefRow[]): Promise<readonly ClaimedWork[]> {
  const ids = rows.map((row) => row.sync_id).sort();
  const entities = await db.query<EntityRow>(CLAIMED_ENTITIES, [...refColumns(rows), ids[0], ids.at(-1)]);
  return entities.map((row) => ({
    ref: { syncId: row.sync_id, index: row.index },
    partition: row.partition,
    source: row.source,
    channel: row.channel,
    dryRun: row.dry_run,
    objectType: row.object_type,
    data: parseJsonObject(row.data),
    observedAt: instant(row.observed_at),
    receivedAt: instant(row.received_at),
    attempts: row.attempts,
    hasUnsettledChanges: row.has_unsettled_changes,
    claimedBefore: row.claimed_before,
    laterWaits: row.later_waits,
  }));
}

/** One transaction's worth. `exhausted`: no due row was left unjudged. */
async function claimOnce(
  db: Database,
  { partition, limit, workerId, leaseMs }: Parameters<WorkVerbs['claim']>[0],
): Promise<{ readonly work: readonly ClaimedWork[]; readonly exhausted: boolean }> {
  return db.transaction(async (tx) => {
    await tx.query(LOCK_PARTITION, [partition]);
    const window = Math.max(limit * 2, LEAST_WINDOW);
    const claimed: RefRow[] = [];
    let exhausted = false;
    for (let i = 0; i < MAX_WINDOWS && claimed.length < limit && !exhausted; i += 1) {
      const due = await tx.query<RefRow>(DUE_ROWS, [partition, window]);
      exhausted = due.length < window;
      if (due.length === 0) break;
      const left = limit - claimed.length;
      claimed.push(...(await tx.query<RefRow>(CLAIM_ROWS, [...refColumns(due), left, workerId, leaseMs])));
    }
    return { work: claimed.length === 0 ? [] : await readClaimed(tx, claimed), exhausted };
  });
}

export function makeClaim(db: Database): WorkVerbs['claim'] {
  return async (o) => {
    // An empty answer means that nothing can be claimed, not that the first thousands of rows were blocked: a drain ends on it.
    for (;;) {
      const { work, exhausted } = await claimOnce(db, o);
      if (work.length > 0 || exhausted) return work;
    }
  };
}
