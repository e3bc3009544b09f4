/** A place in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface LocatedEntry {
  readonly keyAt: Position;
  readonly value: Located;
}

/** A YAML value that knows where it stands. Maps are `Map`s: a key named `__proto__` is only a key. */
export type Located =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly at: Position }
  | { readonly kind: 'list'; readonly items: readonly Located[]; readonly at: Position }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, LocatedEntry>; readonly at: Position };
