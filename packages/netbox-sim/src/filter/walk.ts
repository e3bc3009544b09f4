import type { Engine } from '../engine.js';
import { derivedColumn } from '../represent/component-count.js';
import { idsOf, type Row } from '../store/row.js';
import type { Hop, Json } from '../tables/table-shapes.js';

/** Which values of the last column (or ids of the last relation) match. */
export interface Leaf {
  /** Values compared for equality; used with an index. */
  readonly equal?: readonly Json[];
  /** Otherwise a test of each value. */
  readonly test?: (value: Json) => boolean;
}

/** Ids of `model`'s rows that reach, along `hops`, something the leaf accepts. */
export function matching(engine: Engine, model: string, hops: readonly Hop[], leaf: Leaf): Set<number> {
  const starts = [model];
  for (const hop of hops) starts.push('to' in hop ? hop.to : (starts.at(-1) ?? model));
  const last = hops.at(-1);
  if (!last) return new Set();
  const endsOnColumn = last.kind === 'field' || last.kind === 'lookup' || last.kind === 'generic';
  const at = endsOnColumn ? hops.length - 1 : hops.length;
  let ids = endsOnColumn
    ? byColumn(engine, starts[at] ?? model, last.name, leaf)
    : byId(engine, starts[at] ?? model, leaf);
  for (let i = at - 1; i >= 0; i -= 1) {
    const hop = hops[i];
    if (hop) ids = back(engine, starts[i] ?? model, hop, ids);
  }
  return ids;
}

/** Ids of the rows that reach nothing at all along `hops` (SQL's IS NULL). */
export function reachingNothing(engine: Engine, model: string, hops: readonly Hop[]): Set<number> {
  const only = hops.length === 1 ? hops[0] : undefined;
  if (only && (only.kind === 'field' || only.kind === 'fk'))
    return new Set(engine.db.table(model).where(only.name, null));
  const some = matching(engine, model, hops, { test: (value) => value !== null });
  return new Set([...engine.db.table(model).ids()].filter((id) => !some.has(id)));
}

function byColumn(engine: Engine, model: string, column: string, leaf: Leaf): Set<number> {
  const table = engine.db.table(model);
  const out = new Set<number>();
  const type = engine.tables.byModel(model);
  const derived = type && derivedColumn(engine, type, column);
  const cellOf = (row: Row): Json => (derived ? derived(row) : (row[column] ?? null));
  if (leaf.equal && !derived) {
    for (const value of leaf.equal) {
      if (column === 'id') {
        if (typeof value === 'number' && table.get(value)) out.add(value);
      } else for (const id of table.where(column, value)) out.add(id);
    }
    return out;
  }
  for (const row of table.rows()) {
    const cell = cellOf(row);
    if (leaf.test ? leaf.test(cell) : leaf.equal?.includes(cell)) out.add(row.id);
  }
  return out;
}

function byId(engine: Engine, model: string, leaf: Leaf): Set<number> {
  if (leaf.equal) return new Set(leaf.equal.filter((value): value is number => typeof value === 'number'));
  return new Set([...engine.db.table(model).ids()].filter((id) => leaf.test?.(id)));
}

function back(engine: Engine, model: string, hop: Hop, targets: ReadonlySet<number>): Set<number> {
  const out = new Set<number>();
  const table = engine.db.table(model);
  const addAll = (ids: Iterable<number>): void => {
    for (const id of ids) out.add(id);
  };
  const targetRows = (to: string): Row[] => [...targets].flatMap((id) => engine.row(to, id) ?? []);
  switch (hop.kind) {
    case 'fk':
    case 'm2m':
      for (const id of targets) addAll(table.where(hop.name, id));
      return out;
    case 'reverse':
      for (const row of targetRows(hop.to)) {
        const id = row[hop.field];
        if (typeof id === 'number') out.add(id);
      }
      return out;
    case 'm2m-reverse':
      for (const row of targetRows(hop.to)) addAll(idsOf(row[hop.field]));
      return out;
    case 'generic-reverse':
      for (const row of targetRows(hop.to)) {
        const id = row[hop.id];
        if (row[hop.type] === model && typeof id === 'number') out.add(id);
      }
      return out;
    case 'generic-forward':
      for (const id of targets) addAll(engine.genericIds(model, hop.type, hop.id, hop.to, id));
      return out;
    default:
      return out;
  }
}
