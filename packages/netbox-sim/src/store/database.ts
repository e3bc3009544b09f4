import type { Commit, Journal } from './journal.js';
import type { Row } from './row.js';
import { Table } from './table.js';

interface Open {
  readonly undo: (() => void)[];
  readonly touched: Map<string, Set<number>>;
}

/**
 * Every table of the stand-in, with transactions that are all or nothing.
 * Requests run to their end without a pause, so there is never more than one transaction.
 */
export class Database {
  readonly #tables = new Map<string, Table>();
  #open: Open | null = null;
  journal: Journal | null = null;

  table(model: string): Table {
    let table = this.#tables.get(model);
    if (!table) {
      table = new Table();
      this.#tables.set(model, table);
    }
    return table;
  }

  get(model: string, id: number): Row | undefined {
    return this.table(model).get(id);
  }

  /** Ids are never given twice, not even when the request that took one fails (a sequence, as in Postgres). */
  nextId(model: string): number {
    const table = this.table(model);
    table.lastId += 1;
    return table.lastId;
  }

  put(model: string, row: Row): void {
    const table = this.table(model);
    const before = table.get(row.id);
    this.#note(model, row.id, before ? () => table.put(before) : () => table.delete(row.id));
    table.put(row);
  }

  delete(model: string, id: number): void {
    const table = this.table(model);
    const before = table.get(id);
    if (!before) return;
    this.#note(model, id, () => table.put(before));
    table.delete(id);
  }

  /** Runs `work`; what it wrote is in the journal when it returns, and undone when it throws. */
  transaction<T>(work: () => T): T {
    if (this.#open) return work();
    const open: Open = { undo: [], touched: new Map() };
    this.#open = open;
    try {
      const result = work();
      this.#open = null;
      if (open.touched.size > 0) this.journal?.append(this.#commit(open.touched));
      return result;
    } catch (error) {
      this.#open = null;
      for (const undo of open.undo.reverse()) undo();
      throw error;
    }
  }

  replay(commit: Commit): void {
    for (const [model, row] of commit.put) this.table(model).put(row);
    for (const [model, id] of commit.gone) this.table(model).delete(id);
    for (const [model, id] of Object.entries(commit.last)) {
      const table = this.table(model);
      table.lastId = Math.max(table.lastId, id);
    }
  }

  *everyRow(): Generator<readonly [string, Row]> {
    for (const [model, table] of this.#tables) for (const row of table.rows()) yield [model, row];
  }

  lastIds(): Record<string, number> {
    return Object.fromEntries([...this.#tables].map(([model, table]) => [model, table.lastId]));
  }

  clear(): void {
    this.#tables.clear();
    this.journal?.compact([], {});
  }

  #note(model: string, id: number, undo: () => void): void {
    if (!this.#open) throw new Error('a write outside a transaction');
    this.#open.undo.push(undo);
    const ids = this.#open.touched.get(model);
    if (ids) ids.add(id);
    else this.#open.touched.set(model, new Set([id]));
  }

  #commit(touched: Open['touched']): Commit {
    const put: [string, Row][] = [];
    const gone: [string, number][] = [];
    const last: Record<string, number> = {};
    for (const [model, ids] of touched) {
      const table = this.table(model);
      last[model] = table.lastId;
      for (const id of ids) {
        const row = table.get(id);
        if (row) put.push([model, row]);
        else gone.push([model, id]);
      }
    }
    return { put, gone, last };
  }
}
