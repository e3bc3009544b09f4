import type { MirrorVerbs } from '../contract.js';
import { bytesArray, int8Array, textArray } from '../postgres/binary-array.js';
import type { Database } from '../postgres/database.js';
import { indexKey } from '../postgres/index-key.js';
import { instantOrNull } from '../postgres/json-column.js';
import {
  ALIAS_TARGETS,
  CLEAR_MIRROR,
  FORGET_OBJECTS,
  MIRROR_STATS,
  PUT_ALIASES,
  PUT_OBJECTS,
  REPLACE_KEYS,
} from '../sql/mirror.js';
import { findInMirror } from './find.js';

type PutObject = Parameters<MirrorVerbs['put']>[0][number];

/** The last word on each object: one statement cannot write a row twice. */
function lastOfEach<T>(items: readonly T[], identity: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [identity(item), item])).values()];
}

async function putObjects(db: Database, objects: readonly PutObject[]): Promise<void> {
  const rows = lastOfEach(objects, ({ observed }) => `${observed.objectType}|${observed.id}`);
  const types = textArray(rows.map(({ observed }) => observed.objectType));
  const ids = int8Array(rows.map(({ observed }) => observed.id));
  const keys = rows.flatMap(({ observed, keys: held }) =>
    [...new Set(held.map(indexKey))].map((key) => ({ type: observed.objectType, id: observed.id, key })),
  );
  await db.transaction(async (tx) => {
    await tx.query(PUT_OBJECTS, [
      types,
      ids,
      bytesArray(rows.map(({ observed }) => JSON.stringify(observed.data))),
      textArray(rows.map(({ observed }) => observed.url)),
      textArray(rows.map(({ observed }) => observed.lastUpdated)),
    ]);
    await tx.query(REPLACE_KEYS, [
      types,
      ids,
      textArray(keys.map(({ type }) => type)),
      textArray(keys.map(({ key }) => key)),
      int8Array(keys.map(({ id }) => id)),
    ]);
  });
}

export function makeMirrorVerbs(db: Database): MirrorVerbs {
  return {
    lookup: (lookups, maxAgeMs) => findInMirror(db, lookups, maxAgeMs),

    async put(objects) {
      if (objects.length > 0) await putObjects(db, objects);
    },

    async forget(objects) {
      if (objects.length === 0) return;
      await db.query(FORGET_OBJECTS, [
        textArray(objects.map((object) => object.objectType)),
        int8Array(objects.map((object) => object.id)),
      ]);
    },

    async clear(objectType) {
      await db.query(CLEAR_MIRROR, [objectType ?? null]);
    },

    async putAliases(aliases) {
      if (aliases.length === 0) return;
      const rows = lastOfEach(
        aliases.map((row) => ({ ...row, alias: indexKey(row.alias) })),
        (row) => `${row.objectType}|${row.alias}`,
      );
      await db.query(PUT_ALIASES, [
        textArray(rows.map((row) => row.objectType)),
        textArray(rows.map((row) => row.alias)),
        int8Array(rows.map((row) => row.netboxId)),
      ]);
    },

    async aliasTargets(aliases) {
      if (aliases.length === 0) return [];
      const rows = await db.query<{ position: number; netbox_id: string }>(ALIAS_TARGETS, [
        textArray(aliases.map((row) => row.objectType)),
        textArray(aliases.map((row) => indexKey(row.alias))),
      ]);
      return rows.flatMap((row) => {
        const asked = aliases[row.position - 1];
        return asked === undefined ? [] : [{ ...asked, netboxId: Number(row.netbox_id) }];
      });
    },

    async stats() {
      const rows = await db.query<{ object_type: string; count: number; oldest_read_at: Date | null }>(MIRROR_STATS);
      return rows.map((row) => ({
        objectType: row.object_type,
        count: row.count,
        oldestReadAt: instantOrNull(row.oldest_read_at),
      }));
    },
  };
}
