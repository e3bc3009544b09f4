import type { Lookup, LookupAnswer, Observed, Plan } from '@diode/engine';
import type { NetboxReader } from '@diode/netbox';
import type { MirrorVerbs } from '@diode/store';
import type { KnownAnswers } from './known-answers.js';
import type { SeenObjects } from './seen-objects.js';

interface Answer {
  readonly lookup: Lookup;
  readonly objects: readonly Observed[];
  /** Read from NetBox in this attempt, not taken from the mirror or from memory. */
  readonly fresh: boolean;
}

export interface AnswersDeps {
  readonly mirror: Pick<MirrorVerbs, 'lookup' | 'put' | 'forget' | 'aliasTargets'>;
  readonly reader: Pick<NetboxReader, 'find'>;
  readonly known: KnownAnswers;
  /** Told of every object an answer holds. */
  readonly seen: Pick<SeenObjects, 'learn'>;
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
  /** After writes that the mirror knows: what was touched, and what was missing of these types, is asked anew. */
  invalidate(touched: readonly Observed[], types: ReadonlySet<string>): void;
}

export function makeAnswers(deps: AnswersDeps): Answers {
  const memo = new Map<string, Answer>();
  /** What this attempt wrote: NetBox's answer to the write is as fresh as any reading. */
  const own = new Set<string>();
  const note = (answer: Answer): void => {
    memo.set(answer.lookup.key, answer);
    deps.seen.learn(answer.objects);
  };

  /** Of a question with one answer at most: another object may have joined an answer of several. */
  const isOwn = (lookup: Lookup, objects: readonly Observed[]): boolean =>
    lookup.many !== true &&
    objects.length > 0 &&
    objects.every((object) => own.has(`${object.objectType}#${object.id}`));

  async function fromNetbox(lookups: readonly Lookup[]): Promise<void> {
    if (lookups.length === 0) return;
    const found = await deps.reader.find(lookups, deps.signal);
    for (const lookup of lookups) {
      const answer = found.get(lookup.key) ?? [];
      note({ lookup, objects: answer, fresh: true });
      deps.known.set(lookup, answer);
    }
    await remember([...found.values()].flat());
  }

  async function remember(found: readonly Observed[]): Promise<void> {
    const objects = [...new Map(found.map((object) => [`${object.objectType}#${object.id}`, object])).values()];
    if (objects.length === 0) return;
    await deps.mirror.put(objects.map((observed) => ({ observed, keys: deps.lookupKeys(observed) })));
  }

  async function ask(lookups: readonly Lookup[]): Promise<LookupAnswer> {
    const unknown = [...new Map(lookups.filter((l) => !memo.has(l.key)).map((l) => [l.key, l])).values()];
    const mirrored = deps.mistrust
      ? new Map<string, readonly Observed[]>()
      : await deps.mirror.lookup(unknown, deps.mirrorMaxAgeMs);
    const rest: Lookup[] = [];
    const aliases: Lookup[] = [];
    for (const lookup of unknown) {
      const objects = mirrored.get(lookup.key);
      if (isAlias(lookup)) {
        if (objects === undefined) aliases.push(lookup);
        else note({ lookup, objects, fresh: objects.length === 0 });
        continue;
      }
      const told = deps.mistrust ? null : whole(lookup, objects, deps.known.ids(lookup));
      if (told === null) rest.push(lookup);
      else note({ lookup, objects: told, fresh: isOwn(lookup, told) });
    }
    const needed = rest.filter(
      (lookup) => !lookup.unlessFound?.some((key) => (memo.get(key)?.objects.length ?? 0) > 0),
    );
    await Promise.all([fromNetbox(needed), fromAliases(aliases)]);
    return new Map(lookups.map((lookup) => [lookup.key, memo.get(lookup.key)?.objects ?? []]));
  }

  /** An alias is Diode's own memory of an id; the object is NetBox's. */
  async function fromAliases(lookups: readonly Lookup[]): Promise<void> {
    const named = lookups.flatMap((lookup) => (lookup.by.kind === 'alias' ? [{ lookup, alias: lookup.by.alias }] : []));
    if (named.length === 0) return;
    const targets = await deps.mirror.aliasTargets(
      named.map(({ lookup, alias }) => ({ objectType: lookup.objectType, alias })),
    );
    const byId = targets.map(({ objectType, netboxId }) => idLookup({ objectType, id: netboxId }));
    const found =
      byId.length === 0 ? new Map<string, readonly Observed[]>() : await deps.reader.find(byId, deps.signal);
    await remember([...found.values()].flat());
    for (const { lookup, alias } of named) {
      const ids = targets.filter((target) => target.objectType === lookup.objectType && target.alias === alias);
      const objects = ids.flatMap(
        ({ objectType, netboxId }) => found.get(idLookup({ objectType, id: netboxId }).key) ?? [],
      );
      note({ lookup, objects, fresh: true });
    }
  }

  async function refresh(which: (answer: Answer) => boolean): Promise<{ asked: boolean; changed: boolean }> {
    const before = [...memo.values()].filter((answer) => !answer.fresh && which(answer));
    const aliases = before.filter((answer) => isAlias(answer.lookup));
    await fromNetbox(before.filter((answer) => !isAlias(answer.lookup)).map((answer) => answer.lookup));
    await fromAliases(aliases.map((answer) => answer.lookup));
    await forgetGone(before);
    const changed = before.some((answer) => !sameObjects(answer.objects, memo.get(answer.lookup.key)?.objects ?? []));
    return { asked: before.length > 0, changed };
  }

  /** What the mirror had and NetBox no longer gives is gone, or is something else now: it is read anew when it is needed. */
  async function forgetGone(before: readonly Answer[]): Promise<void> {
    const gone = before.flatMap((answer) => {
      const now = new Set(memo.get(answer.lookup.key)?.objects.map((object) => object.id));
      return answer.objects.filter((object) => !now.has(object.id));
    });
    if (gone.length > 0) await deps.mirror.forget(gone);
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
    invalidate(touched, types) {
      const ids = new Set(touched.map((object) => `${object.objectType}#${object.id}`));
      for (const id of ids) own.add(id);
      for (const [key, answer] of memo) {
        const stale =
          answer.objects.length === 0
            ? types.has(answer.lookup.objectType)
            : answer.objects.some((object) => ids.has(`${object.objectType}#${object.id}`));
        if (!stale) continue;
        memo.delete(key);
        deps.known.forget(answer.lookup);
      }
    },
  };
}

/**
 * What is known without asking NetBox, or null. The mirror's objects answer a question NetBox holds unique; one that may have several answers is whole
 * when all that NetBox gave last time are still there (and own creates since then beside them).
 */
function whole(
  lookup: Lookup,
  mirrored: readonly Observed[] | undefined,
  ids: readonly number[] | null,
): readonly Observed[] | null {
  if (mirrored === undefined) return ids !== null && ids.length === 0 ? [] : null;
  if (lookup.many !== true) return mirrored;
  return ids?.every((id) => mirrored.some((object) => object.id === id)) === true ? mirrored : null;
}

const isAlias = (lookup: Lookup): boolean => lookup.by.kind === 'alias';

const idLookup = (object: { readonly objectType: string; readonly id: number }): Lookup => ({
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
