import type { Engine } from '../engine.js';
import type { TypeTable } from '../tables/table-shapes.js';

/** One parameter's outcome: the rows it keeps, nothing to say, or an error. */
export type Kept =
  | { readonly keep: ReadonlySet<number>; readonly also?: ReadonlySet<number> }
  | { readonly ignore: true }
  | { readonly error: string };

export function union(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  if (sets.length === 1 && sets[0]) return sets[0];
  const out = new Set<number>();
  for (const set of sets) for (const id of set) out.add(id);
  return out;
}

export function intersect(left: ReadonlySet<number>, right: ReadonlySet<number>): ReadonlySet<number> {
  const [small, large] = left.size <= right.size ? [left, right] : [right, left];
  return new Set([...small].filter((id) => large.has(id)));
}

export const complement = (engine: Engine, type: TypeTable, set: ReadonlySet<number>): ReadonlySet<number> =>
  new Set([...engine.db.table(type.model).ids()].filter((id) => !set.has(id)));
