import type { Lookup, LookupAnswer, Observed, Plan } from '@diode/engine';
import type { NetboxReader } from '@diode/netbox';
import type { MirrorVerbs } from '@diode/store';
import type { NegativeCache } from './negative-cache.js';

interface Answer {
  readonly lookup: Lookup;
  readonly objects: readonly Observed[];
  /** Read from NetBox in this attempt, not taken from the mirror or from memory. */
  readonly fresh: boolean;
}

export interface AnswersDeps {
  readonly mirror: Pick<MirrorVerbs, 'lookup' | 'put'>;
  readonly reader: Pick<NetboxReader, 'find'>;
  readonly missing: NegativeCache;
  readonly lookupKeys: (observed: Observed) => readonly string[];
  readonly mirrorMaxAgeMs: number;
  readonly signal: AbortSignal;
  /** After a crash nothing but NetBox itself is believed (I4). */
  readonly mistrust: boolean;
}

/** The answers of one attempt: each question is asked once; mirror first, then NetBox for what the mirror lacks. */
export interface Answers {
  ask(lookups: readonly Lookup[]): Promise<LookupAnswer>;
  /** The answer to a look-up already asked. */
  known(key: string): readonly Observed[] | null;
  /**
   * Before a write: asks NetBox again for what the plan would make or change, as far as it did not come from NetBox in this attempt.
   * True when an answer is not what it was: plan again.
   */
  refreshFor(plan: Plan): Promise<boolean>;
  /** Asks NetBox again for everything that came from the mirror. True when there was something. */
  refreshAll(): Promise<boolean>;
  /** After writes: what was missing or touched is asked anew. */
  invalidate(touched: readonly Observed[]): void;
}

export function makeAnswers(deps: AnswersDeps): Answers {
  const memo = new Map<string, Answer>();

  async function fromNetbox(lookups: readonly Lookup[]): Promise<void> {
    if (lookups.length === 0) return;
    const found = await deps.reader.find(lookups, deps.signal);
    const objects = new Map<string, Observed>();
    for (const lookup of lookups) {
      const answer = found.get(lookup.key) ?? [];
      memo.set(lookup.key, { lookup, objects: answer, fresh: true });
      if (answer.length === 0 && lookup.by.kind !== 'alias') deps.missing.add(lookup);
      for (const object of answer) objects.set(`${object.objectType}#${object.id}`, object);
    }
    if (objects.size > 0) {
      await deps.mirror.put([...objects.values()].map((observed) => ({ observed, keys: deps.lookupKeys(observed) })));
    }
  }

  async function ask(lookups: readonly Lookup[]): Promise<LookupAnswer> {
    const unknown = [...new Map(lookups.filter((l) => !memo.has(l.key)).map((l) => [l.key, l])).values()];
    const mirrored = deps.mistrust
      ? await deps.mirror.lookup(unknown.filter(isAlias), deps.mirrorMaxAgeMs)
      : await deps.mirror.lookup(unknown, deps.mirrorMaxAgeMs);
    const rest: Lookup[] = [];
    for (const lookup of unknown) {
      const objects = mirrored.get(lookup.key);
      if (objects !== undefined) memo.set(lookup.key, { lookup, objects, fresh: false });
      // An alias is Diode's own memory: NetBox cannot know it.
      else if (isAlias(lookup)) memo.set(lookup.key, { lookup, objects: [], fresh: true });
      else if (!deps.mistrust && deps.missing.has(lookup)) memo.set(lookup.key, { lookup, objects: [], fresh: false });
      else rest.push(lookup);
    }
    await fromNetbox(rest);
    return new Map(lookups.map((lookup) => [lookup.key, memo.get(lookup.key)?.objects ?? []]));
  }

  async function refresh(which: (answer: Answer) => boolean): Promise<{ asked: boolean; changed: boolean }> {
    const before = [...memo.values()].filter((answer) => !answer.fresh && which(answer));
    const aliases = before.filter((answer) => isAlias(answer.lookup));
    await fromNetbox(before.filter((answer) => !isAlias(answer.lookup)).map((answer) => answer.lookup));
    await refreshAliased(aliases);
    const changed = before.some((answer) => !sameObjects(answer.objects, memo.get(answer.lookup.key)?.objects ?? []));
    return { asked: before.length > 0, changed };
  }

  /** What an alias stands for is read by id. */
  async function refreshAliased(aliases: readonly Answer[]): Promise<void> {
    const byId = aliases.flatMap((answer) => answer.objects.map(idLookup));
    if (byId.length === 0) return;
    const found = await deps.reader.find(byId, deps.signal);
    for (const answer of aliases) {
      const objects = answer.objects.flatMap((object) => found.get(idLookup(object).key) ?? []);
      memo.set(answer.lookup.key, { lookup: answer.lookup, objects, fresh: true });
    }
  }

  return {
    ask,
    known: (key) => memo.get(key)?.objects ?? null,
    async refreshFor(plan) {
      const creates = new Set(plan.changes.filter((c) => c.action === 'create').map((c) => c.objectType));
      const updates = new Set(
        plan.changes.filter((c) => c.action === 'update').map((c) => `${c.objectType}#${c.netboxId}`),
      );
      const { changed } = await refresh((answer) =>
        answer.objects.length === 0
          ? creates.has(answer.lookup.objectType)
          : answer.objects.some((object) => updates.has(`${object.objectType}#${object.id}`)),
      );
      return changed;
    },
    refreshAll: async () => (await refresh(() => true)).asked,
    invalidate(touched) {
      const ids = new Set(touched.map((object) => `${object.objectType}#${object.id}`));
      for (const [key, answer] of memo) {
        const stale = answer.objects.length === 0 || answer.objects.some((o) => ids.has(`${o.objectType}#${o.id}`));
        if (stale) memo.delete(key);
      }
      for (const type of new Set(touched.map((object) => object.objectType))) deps.missing.forgetType(type);
    },
  };
}

const isAlias = (lookup: Lookup): boolean => lookup.by.kind === 'alias';

const idLookup = (object: Observed): Lookup => ({
  key: `${object.objectType}|id=${object.id}`,
  objectType: object.objectType,
  by: { kind: 'id', id: object.id },
});

function sameObjects(a: readonly Observed[], b: readonly Observed[]): boolean {
  if (a.length !== b.length) return false;
  const known = new Map(b.map((object) => [object.id, object]));
  return a.every((object) => {
    const other = known.get(object.id);
    return other !== undefined && JSON.stringify(sorted(object.data)) === JSON.stringify(sorted(other.data));
  });
}

/** Key order is no difference: the mirror's jsonb keeps its own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
