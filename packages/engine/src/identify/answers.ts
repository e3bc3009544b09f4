import type { Lookup, LookupAnswer, Observed } from '../contract.js';

const NONE: readonly Observed[] = [];

/** All that was answered so far in this batch. */
export interface Answers {
  /** undefined = not asked yet. */
  get(key: string): readonly Observed[] | undefined;
  add(asked: readonly Lookup[], answer: LookupAnswer): void;
}

export function makeAnswers(): Answers {
  const known = new Map<string, readonly Observed[]>();
  return {
    get: (key) => known.get(key),
    add(asked, answer) {
      for (const lookup of asked) known.set(lookup.key, answer.get(lookup.key) ?? NONE);
    },
  };
}

/** What is needed to go on: one request, each look-up once. */
export type Needs = Map<string, Lookup>;

export function need(needs: Needs, lookup: Lookup): void {
  if (!needs.has(lookup.key)) needs.set(lookup.key, lookup);
}

export function idLookup(objectType: string, id: number): Lookup {
  return { key: `${objectType}|id=${id}`, objectType, by: { kind: 'id', id } };
}
