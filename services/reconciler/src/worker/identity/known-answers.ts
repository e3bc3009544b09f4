import type { Lookup, Observed } from '@diode/engine';

/**
 * Which ids NetBox gave for a question, in this process's memory. It says two things the mirror cannot: that NetBox has none (the mirror holds
 * objects, not their absence), and that an answer of several is whole (the mirror may hold one of two). Without it an unchanged entity could cost
 * reads (I13). A wrong entry costs nothing but a read: every plan that would write asks NetBox again first (answers.ts).
 */
export interface KnownAnswers {
  /** The ids, or null when not known (any more). */
  ids(lookup: Lookup): readonly number[] | null;
  set(lookup: Lookup, objects: readonly Observed[]): void;
  forget(lookup: Lookup): void;
  /** Somebody else made or changed something of this type. */
  forgetType(objectType: string): void;
  clear(): void;
}

interface Entry {
  readonly at: number;
  readonly ids: readonly number[];
}

/** `limit` questions a type. */
export function makeKnownAnswers(o: {
  readonly maxAgeMs: number;
  readonly limit: number;
  readonly now: () => number;
}): KnownAnswers {
  const byType = new Map<string, Map<string, Entry>>();
  return {
    ids(lookup) {
      const entry = byType.get(lookup.objectType)?.get(lookup.key);
      return entry !== undefined && o.now() - entry.at < o.maxAgeMs ? entry.ids : null;
    },
    set(lookup, objects) {
      // One that NetBox holds unique and has is the mirror's business.
      if (objects.length > 0 && lookup.many !== true) return;
      const entries = byType.get(lookup.objectType) ?? new Map<string, Entry>();
      byType.set(lookup.objectType, entries);
      entries.delete(lookup.key);
      if (entries.size >= o.limit) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
      entries.set(lookup.key, { at: o.now(), ids: objects.map((object) => object.id) });
    },
    forget: (lookup) => void byType.get(lookup.objectType)?.delete(lookup.key),
    forgetType: (objectType) => void byType.delete(objectType),
    clear: () => byType.clear(),
  };
}

/** For looking at what the mirror has: every question has the mirror's answer, or none. */
export const BELIEVE_MIRROR: KnownAnswers = {
  ids: () => [],
  set: () => undefined,
  forget: () => undefined,
  forgetType: () => undefined,
  clear: () => undefined,
};
