import type { Lookup, LookupAnswer, Observed } from '@diode/engine';
import type { JsonObject } from '@diode/protocol';
import type { NetboxReader } from './contract.js';
import { groupLookups, type LookupQuery, lookupQueries } from './lookup-query.js';
import { type ObjectTypes, rowFor } from './object-types.js';
import { allRows } from './pages.js';
import { readFields } from './read-fields.js';
import { probeStatus } from './status-probe.js';
import type { Transport } from './transport.js';

/** Reads in bulk: one query answers every look-up of a type and shape, as far as a URL reaches. */
export function makeReader(transport: Transport, types: ObjectTypes): NetboxReader {
  async function rows(objectType: string, query: string, signal?: AbortSignal): Promise<readonly Observed[] | null> {
    const row = rowFor(types, objectType);
    const found = await allRows(transport, row.endpoint, `${query}&fields=${readFields(row)}`, signal);
    return found === null ? null : found.map((raw: JsonObject) => types.observe(row, raw));
  }

  /** One look-up with an id NetBox does not know spoils the query for all (400): halve until it stands alone, then it has no match. */
  async function ask(objectType: string, query: LookupQuery, signal?: AbortSignal): Promise<readonly Observed[]> {
    const found = await rows(objectType, query.query, signal);
    if (found !== null) return found;
    if (query.lookups.length === 1) return [];
    const half = Math.ceil(query.lookups.length / 2);
    const row = rowFor(types, objectType);
    const parts = [query.lookups.slice(0, half), query.lookups.slice(half)].flatMap((lookups) =>
      lookupQueries(row, { objectType, lookups }, 0),
    );
    const answers: Observed[] = [];
    for (const part of parts) answers.push(...(await ask(objectType, part, signal)));
    return answers;
  }

  return {
    status: (signal) => probeStatus(transport, signal),
    async find(lookups, signal) {
      const answer = new Map<string, Observed[]>(lookups.map((lookup) => [lookup.key, []]));
      const queries = groupLookups(lookups).flatMap((group) => {
        const row = rowFor(types, group.objectType);
        return lookupQueries(row, group, readFields(row).length).map((query) => ({ group, query }));
      });
      await Promise.all(
        queries.map(async ({ group, query }) => {
          const found = await ask(group.objectType, query, signal);
          assign(answer, query.lookups, found, types);
        }),
      );
      return answer satisfies LookupAnswer;
    },
    async getMany(objectType, ids, signal) {
      const lookups: Lookup[] = [...new Set(ids)].map((id) => ({
        key: `${objectType}|id=${id}`,
        objectType,
        by: { kind: 'id', id },
      }));
      const answer = await this.find(lookups, signal);
      return [...answer.values()].flat();
    },
  };
}

/** Gives each look-up the rows that answer it; the queries may have found more (an unknown filter finds everything). */
function assign(
  answer: Map<string, Observed[]>,
  lookups: readonly Lookup[],
  found: readonly Observed[],
  types: ObjectTypes,
): void {
  const asked = new Set(lookups.map((lookup) => lookup.key));
  const byId = new Map(lookups.flatMap((l) => (l.by.kind === 'id' ? [[l.by.id, l.key] as const] : [])));
  for (const object of found) {
    const keys = new Set(types.lookupKeys(object).filter((key) => asked.has(key)));
    const idKey = byId.get(object.id);
    if (idKey !== undefined) keys.add(idKey);
    for (const key of keys) {
      const list = answer.get(key);
      if (list !== undefined && !list.some((one) => one.id === object.id)) list.push(object);
    }
  }
}
