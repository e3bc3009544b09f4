import type { Json } from '../tables/table-shapes.js';
import type { Row } from './row.js';

type KeyOf = (row: Row) => string | readonly string[] | undefined;

interface Index {
  readonly keyOf: KeyOf;
  readonly ids: Map<string, Set<number>>;
}

const none: ReadonlySet<number> = new Set();

/** The key of a value in an index: type and value, so that `1` and `"1"` differ. */
export const keyOfValue = (value: Json | undefined): string =>
  value === null || value === undefined ? 'n' : typeof value === 'string' ? `s${value}` : JSON.stringify(value);

/** The rows of one type, with indexes that are built when first asked for and kept in step after. */
export class Table {
  readonly #rows = new Map<number, Row>();
  readonly #indexes = new Map<string, Index>();
  lastId = 0;
  /** Goes up with every change, for what is worked out from the whole table. */
  version = 0;

  get size(): number {
    return this.#rows.size;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  ids(): IterableIterator<number> {
    return this.#rows.keys();
  }

  rows(): IterableIterator<Row> {
    return this.#rows.values();
  }

  put(row: Row): void {
    this.version += 1;
    const before = this.#rows.get(row.id);
    for (const index of this.#indexes.values()) {
      if (before) forget(index, before);
      remember(index, row);
    }
    this.#rows.set(row.id, row);
    if (row.id > this.lastId) this.lastId = row.id;
  }

  delete(id: number): void {
    const before = this.#rows.get(id);
    if (!before) return;
    this.version += 1;
    for (const index of this.#indexes.values()) forget(index, before);
    this.#rows.delete(id);
  }

  /** Ids of the rows whose column holds the value (or whose list holds it). */
  where(column: string, value: Json): ReadonlySet<number> {
    const index = this.index(`=${column}`, (row) => {
      const cell = row[column];
      return Array.isArray(cell) ? cell.map((item: Json) => keyOfValue(item)) : keyOfValue(cell);
    });
    return index.get(keyOfValue(value)) ?? none;
  }

  /** Ids by an arbitrary key; `keyOf` must depend on the row alone and be the same for a name. */
  index(name: string, keyOf: KeyOf): ReadonlyMap<string, ReadonlySet<number>> {
    let index = this.#indexes.get(name);
    if (!index) {
      index = { keyOf, ids: new Map() };
      for (const row of this.#rows.values()) remember(index, row);
      this.#indexes.set(name, index);
    }
    return index.ids;
  }
}

function keys(index: Index, row: Row): readonly string[] {
  const key = index.keyOf(row);
  return key === undefined ? [] : typeof key === 'string' ? [key] : key;
}

function remember(index: Index, row: Row): void {
  for (const key of keys(index, row)) {
    const ids = index.ids.get(key);
    if (ids) ids.add(row.id);
    else index.ids.set(key, new Set([row.id]));
  }
}

function forget(index: Index, row: Row): void {
  for (const key of keys(index, row)) {
    const ids = index.ids.get(key);
    if (!ids) continue;
    ids.delete(row.id);
    if (ids.size === 0) index.ids.delete(key);
  }
}
