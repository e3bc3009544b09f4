import type { EntityRef } from '@diode/protocol';
import type { JournalEntry, JournalVerbs } from '../contract.js';
import { bytesArray, int4Array, int8Array, textArray, uuidArray } from '../postgres/binary-array.js';
import type { Database } from '../postgres/database.js';
import { indexKey } from '../postgres/index-key.js';
import { instant, parseJson, parseJsonObject } from '../postgres/json-column.js';
import {
  CREATED_WITHIN,
  RECORD_CHANGES,
  SETTLE_CHANGES,
  SETTLED_CHANGES,
  UNSETTLED,
  UNSETTLED_CREATES,
} from '../sql/journal.js';
import { uuidFloor } from '../view/uuid-floor.js';

/** How long before it is settled a change may have been recorded, clocks of other machines included. */
const RECORDED_BEFORE_MS = 180_000;

interface ChangeRow {
  readonly change_id: string;
  readonly sync_id: string;
  readonly index: number;
  readonly object_type: string;
  readonly canonical_key: string;
  readonly action: 'create' | 'update';
  readonly netbox_id: string | null;
  readonly before: string;
  readonly after: string;
  readonly told: string | null;
}

interface OpenRow extends ChangeRow {
  readonly age_ms: number;
}

interface SettledRow extends ChangeRow {
  readonly settled_at: Date;
}

function toEntry(row: ChangeRow): JournalEntry {
  return {
    changeId: row.change_id,
    ref: { syncId: row.sync_id, index: row.index },
    objectType: row.object_type,
    canonicalKey: String(parseJson(row.canonical_key)),
    action: row.action,
    netboxId: row.netbox_id === null ? null : Number(row.netbox_id),
    before: parseJsonObject(row.before),
    after: parseJsonObject(row.after),
    told: row.told === null ? null : JSON.parse(row.told),
  };
}

const toOpen = (row: OpenRow): JournalEntry & { readonly ageMs: number } => ({
  ...toEntry(row),
  ageMs: Math.max(0, row.age_ms),
});

/** No change of an entity is recorded before the entity is accepted: the instant in its sync's id, clocks of other machines included. */
function firstChangeId(refs: readonly EntityRef[]): string {
  const first = Math.min(...refs.map((ref) => Number.parseInt(ref.syncId.replaceAll('-', '').slice(0, 12), 16)));
  return uuidFloor(Math.max(0, first - RECORDED_BEFORE_MS));
}

/** One order everywhere: two workers that want the same keys wait for each other in turn, never in a circle. */
function inKeyOrder(entries: readonly JournalEntry[]): readonly { entry: JournalEntry; key: string }[] {
  return entries
    .map((entry) => ({ entry, key: indexKey(entry.canonicalKey) }))
    .sort((a, b) => {
      const [left, right] = [a.entry.objectType + a.key, b.entry.objectType + b.key];
      return left < right ? -1 : left > right ? 1 : 0;
    });
}

export function makeJournalVerbs(db: Database): JournalVerbs {
  return {
    async record(workerId, entries) {
      if (entries.length === 0) return [];
      const rows = inKeyOrder(entries);
      const recorded = await db.query<{ change_id: string }>(RECORD_CHANGES, [
        workerId,
        uuidArray(rows.map(({ entry }) => entry.changeId)),
        uuidArray(rows.map(({ entry }) => entry.ref.syncId)),
        int4Array(rows.map(({ entry }) => entry.ref.index)),
        textArray(rows.map(({ entry }) => entry.objectType)),
        bytesArray(rows.map(({ entry }) => JSON.stringify(entry.canonicalKey))),
        textArray(rows.map(({ key }) => key)),
        textArray(rows.map(({ entry }) => entry.action)),
        int8Array(rows.map(({ entry }) => entry.netboxId)),
        bytesArray(rows.map(({ entry }) => JSON.stringify(entry.before))),
        bytesArray(rows.map(({ entry }) => JSON.stringify(entry.after))),
        bytesArray(rows.map(({ entry }) => (entry.told === null ? null : JSON.stringify(entry.told)))),
      ]);
      const known = new Set(recorded.map((row) => row.change_id));
      return entries.map((entry) => entry.changeId).filter((changeId) => !known.has(changeId));
    },

    async settle(results) {
      if (results.length === 0) return;
      await db.query(SETTLE_CHANGES, [
        uuidArray(results.map((result) => result.changeId)),
        textArray(results.map((result) => result.state)),
        int8Array(results.map((result) => result.netboxId)),
        textArray(results.map((result) => result.requestId)),
      ]);
    },

    async unsettled(refs) {
      if (refs.length === 0) return [];
      const rows = await db.query<OpenRow>(UNSETTLED, [
        uuidArray(refs.map((ref) => ref.syncId)),
        int4Array(refs.map((ref) => ref.index)),
      ]);
      return rows.map(toOpen);
    },

    async settledChanges(refs) {
      if (refs.length === 0) return [];
      const rows = await db.query<SettledRow>(SETTLED_CHANGES, [
        uuidArray(refs.map((ref) => ref.syncId)),
        int4Array(refs.map((ref) => ref.index)),
        firstChangeId(refs),
      ]);
      return rows.map((row) => ({
        ...toEntry(row),
        netboxId: Number(row.netbox_id),
        settledAt: instant(row.settled_at),
      }));
    },

    async unsettledCreates(keys) {
      if (keys.length === 0) return [];
      const rows = await db.query<OpenRow>(UNSETTLED_CREATES, [
        textArray(keys.map((key) => key.objectType)),
        textArray(keys.map((key) => indexKey(key.canonicalKey))),
      ]);
      return rows.map(toOpen);
    },

    async createdWithin(keys, withinMs) {
      if (keys.length === 0) return [];
      const rows = await db.query<{ position: number }>(CREATED_WITHIN, [
        textArray(keys.map((key) => key.objectType)),
        bytesArray(keys.map((key) => JSON.stringify(key.canonicalKey))),
        uuidFloor(Date.now() - withinMs - RECORDED_BEFORE_MS),
        withinMs,
      ]);
      return rows.flatMap((row) => keys[row.position - 1] ?? []);
    },
  };
}
