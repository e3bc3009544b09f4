import type { Lookup, LookupAnswer, Observed } from '@diode/engine';
import { int8Array, textArray } from '../postgres/binary-array.js';
import type { Connection, Statement } from '../postgres/database.js';
import { indexKey } from '../postgres/index-key.js';
import { parseJsonObject } from '../postgres/json-column.js';
import { FIND_BY_ALIAS, FIND_BY_ID, FIND_BY_KEY } from '../sql/mirror.js';

interface FoundRow {
  readonly position: number;
  readonly netbox_id: string;
  readonly data: string | null;
  readonly url: string | null;
  readonly last_updated: string | null;
  readonly fresh: boolean;
}

function toObserved(lookup: Lookup, row: FoundRow): Observed | null {
  if (!row.fresh || row.data === null || row.url === null) return null;
  return {
    objectType: lookup.objectType,
    id: Number(row.netbox_id),
    url: row.url,
    data: parseJsonObject(row.data),
    lastUpdated: row.last_updated,
  };
}

/** Answers the look-ups that have rows. One stale match leaves the whole question open: half an answer would hide an ambiguity. */
function collect(lookups: readonly Lookup[], rows: readonly FoundRow[]): Map<string, readonly Observed[]> {
  const found = new Map<string, Observed[] | null>();
  for (const row of rows) {
    const lookup = lookups[row.position - 1];
    if (lookup === undefined) continue;
    const sofar = found.get(lookup.key);
    const observed = toObserved(lookup, row);
    if (sofar === null || observed === null) found.set(lookup.key, null);
    else found.set(lookup.key, [...(sofar ?? []), observed]);
  }
  return new Map([...found].flatMap(([key, objects]) => (objects === null ? [] : [[key, objects] as const])));
}

async function ask(
  db: Connection,
  o: { statement: Statement; lookups: readonly Lookup[]; values: Buffer; maxAgeMs: number },
): Promise<readonly FoundRow[]> {
  if (o.lookups.length === 0) return [];
  const types = textArray(o.lookups.map((lookup) => lookup.objectType));
  return db.query<FoundRow>(o.statement, [types, o.values, o.maxAgeMs]);
}

/**
 * A question without an entry in the answer is not known here. An alias nobody recorded is answered "none": aliases live only in
 * the store. An alias recorded for an object that is not fresh stays open: `aliasTargets` gives the id to read.
 */
export async function findInMirror(
  db: Connection,
  lookups: readonly Lookup[],
  maxAgeMs: number,
): Promise<LookupAnswer> {
  const byId = lookups.flatMap((lookup) => (lookup.by.kind === 'id' ? [{ lookup, id: lookup.by.id }] : []));
  const byKey = lookups.filter((lookup) => lookup.by.kind === 'fields');
  const byAlias = lookups.flatMap((lookup) =>
    lookup.by.kind === 'alias' ? [{ lookup, alias: indexKey(lookup.by.alias) }] : [],
  );
  const idLookups = byId.map(({ lookup }) => lookup);
  const aliasLookups = byAlias.map(({ lookup }) => lookup);
  const [idRows, keyRows, aliasRows] = await Promise.all([
    ask(db, { statement: FIND_BY_ID, lookups: idLookups, values: int8Array(byId.map(({ id }) => id)), maxAgeMs }),
    ask(db, { statement: FIND_BY_KEY, lookups: byKey, values: textArray(byKey.map((l) => indexKey(l.key))), maxAgeMs }),
    ask(db, {
      statement: FIND_BY_ALIAS,
      lookups: aliasLookups,
      values: textArray(byAlias.map(({ alias }) => alias)),
      maxAgeMs,
    }),
  ]);
  const recorded = new Set(aliasRows.map((row) => aliasLookups[row.position - 1]?.key));
  const unrecorded = aliasLookups.filter((lookup) => !recorded.has(lookup.key));
  return new Map<string, readonly Observed[]>([
    ...collect(idLookups, idRows),
    ...collect(byKey, keyRows),
    ...collect(aliasLookups, aliasRows),
    ...unrecorded.map((lookup) => [lookup.key, []] as const),
  ]);
}
