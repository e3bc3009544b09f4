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

/** Two that ask the same on different conditions ask it on none. */
export function need(needs: Needs, lookup: Lookup): void {
  const known = needs.get(lookup.key);
  if (known === undefined) needs.set(lookup.key, lookup);
  else if (known.unlessFound !== undefined && known.unlessFound.join() !== lookup.unlessFound?.join()) {
    const { unlessFound: _, ...unconditional } = known;
    needs.set(lookup.key, unconditional);
  }
}

export function idLookup(objectType: string, id: number): Lookup {
  return { key: `${objectType}|id=${id}`, objectType, by: { kind: 'id', id } };
}
