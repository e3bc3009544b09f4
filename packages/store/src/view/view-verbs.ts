import { type Channel, type EntityState, type SyncView, syncStatus } from '@diode/protocol';
import type { ViewVerbs } from '../contract.js';
import { uuidArray } from '../postgres/binary-array.js';
import type { Database } from '../postgres/database.js';
import { instant, parseJsonObject } from '../postgres/json-column.js';
import { ENTITY, RECEIPT_PAGE, RECENT_HEADERS, STATE_COUNTS, SYNC_HEADER } from '../sql/view.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { type ReceiptRow, toReceipt } from './receipt-row.js';
import type { TerminalWaiters } from './terminal-waiters.js';
import { isUuid, uuidFloor } from './uuid-floor.js';

type Header = Omit<SyncView, 'entities' | 'next'>;

interface HeaderRow {
  readonly sync_id: string;
  readonly source: string;
  readonly client_id: string;
  readonly dry_run: boolean;
  readonly received_at: Date;
}

interface CountRow {
  readonly sync_id: string;
  readonly state: EntityState;
  readonly count: number;
  readonly last_at: Date | null;
}

/** Where `recentSyncs` looks first: two or three partitions instead of all. */
const RECENT_MS = 2 * 24 * 3_600_000;

function toHeader(row: HeaderRow, counted: readonly CountRow[]): Header {
  const counts = Object.fromEntries(counted.map((c) => [c.state, c.count]));
  const status = syncStatus(counts);
  const ended = counted.flatMap((c) => (c.last_at === null ? [] : [c.last_at.getTime()]));
  const open = status === 'queued' || status === 'running';
  return {
    sync_id: row.sync_id,
    source: row.source,
    client_id: row.client_id,
    status,
    dry_run: row.dry_run,
    counts,
    received_at: instant(row.received_at),
    completed_at: open || ended.length === 0 ? null : new Date(Math.max(...ended)).toISOString(),
  };
}

async function withCounts(db: Database, rows: readonly HeaderRow[]): Promise<readonly Header[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.sync_id);
  const sorted = [...ids].sort();
  const counted = await db.query<CountRow>(STATE_COUNTS, [uuidArray(ids), sorted[0], sorted.at(-1)]);
  return rows.map((row) =>
    toHeader(
      row,
      counted.filter((c) => c.sync_id === row.sync_id),
    ),
  );
}

export function makeViewVerbs(db: Database, waiters: TerminalWaiters): ViewVerbs {
  return {
    async sync(syncId, { limit, cursor }) {
      const after = decodeCursor(cursor);
      if (!isUuid(syncId)) return null;
      // Header and counts before the page: a status may lag behind its receipts, never run ahead of them.
      const [header] = await withCounts(db, await db.query<HeaderRow>(SYNC_HEADER, [syncId]));
      if (header === undefined) return null;
      const rows = await db.query<ReceiptRow>(RECEIPT_PAGE, [syncId, after, limit + 1]);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        ...header,
        entities: page.map((row) => toReceipt(row, header.received_at)),
        next: rows.length > limit && last !== undefined ? encodeCursor(last.index) : null,
      };
    },

    async recentSyncs(limit) {
      const recent = await db.query<HeaderRow>(RECENT_HEADERS, [limit, uuidFloor(Date.now() - RECENT_MS)]);
      const rows = recent.length >= limit ? recent : await db.query<HeaderRow>(RECENT_HEADERS, [limit, uuidFloor(0)]);
      return withCounts(db, rows);
    },

    async entity(ref) {
      if (!isUuid(ref.syncId)) return null;
      const [row] = await db.query<{
        data: string;
        object_type: string;
        observed_at: Date;
        source: string;
        channel: Channel;
      }>(ENTITY, [ref.syncId, ref.index]);
      if (row === undefined) return null;
      return {
        data: parseJsonObject(row.data),
        objectType: row.object_type,
        source: row.source,
        channel: row.channel,
        observedAt: instant(row.observed_at),
      };
    },

    waitTerminal: (syncId, timeoutMs, signal) =>
      isUuid(syncId) ? waiters.wait(syncId.toLowerCase(), timeoutMs, signal) : Promise.resolve(true),
  };
}
