import type { Lookup } from '@diode/engine';

/**
 * What NetBox was asked for and does not have. In memory only: a wrong entry costs nothing but a read, because every plan that would write
 * asks NetBox again first (answers.ts). Without it an unchanged entity whose identity asks for more than it finds would cost a read (I13).
 */
export interface NegativeCache {
  has(lookup: Lookup): boolean;
  add(lookup: Lookup): void;
  /** Something of this type was made or changed: what was missing may be there now. */
  forgetType(objectType: string): void;
  clear(): void;
}

export function makeNegativeCache(o: {
  readonly maxAgeMs: number;
  readonly limit: number;
  readonly now: () => number;
}): NegativeCache {
  const byType = new Map<string, Map<string, number>>();
  return {
    has(lookup) {
      const at = byType.get(lookup.objectType)?.get(lookup.key);
      return at !== undefined && o.now() - at < o.maxAgeMs;
    },
    add(lookup) {
      const keys = byType.get(lookup.objectType) ?? new Map<string, number>();
      byType.set(lookup.objectType, keys);
      if (keys.size >= o.limit) {
        const oldest = keys.keys().next();
        if (!oldest.done) keys.delete(oldest.value);
      }
      keys.delete(lookup.key);
      keys.set(lookup.key, o.now());
    },
    forgetType: (objectType) => void byType.delete(objectType),
    clear: () => byType.clear(),
  };
}
