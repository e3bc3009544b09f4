import { isMany } from '../engine.js';
import type { Row } from '../store/row.js';
import type { ColumnSpec, Json, TypeTable } from '../tables/table-shapes.js';

const textKinds = new Set([
  'CharField',
  'TextField',
  'SlugField',
  'EmailField',
  'URLField',
  'ColorField',
  'NaturalOrderingField',
]);

/** What a column holds when nothing was said of it. */
function initial(column: ColumnSpec): Json {
  if (isMany(column.kind)) return [];
  if (column.default !== undefined) return column.kind === 'DecimalField' ? Number(column.default) : column.default;
  if (column.null || column.kind === 'ImageField') return null;
  if (column.kind === 'JSONField') return {};
  if (column.kind === 'ArrayField') return [];
  if (column.kind === 'BooleanField') return false;
  if (column.kind === 'CounterCacheField') return 0;
  return textKinds.has(column.kind) ? '' : null;
}

const blanks = new WeakMap<TypeTable, Record<string, Json>>();

/** A row of the type with every column at its default. */
export function newRow(type: TypeTable, id: number, now: string): Row {
  let blank = blanks.get(type);
  if (!blank) {
    blank = Object.fromEntries(Object.entries(type.columns).map(([name, column]) => [name, initial(column)]));
    blanks.set(type, blank);
  }
  return {
    ...blank,
    id,
    ...('created' in type.columns && { created: now }),
    ...('last_updated' in type.columns && { last_updated: now }),
  };
}
