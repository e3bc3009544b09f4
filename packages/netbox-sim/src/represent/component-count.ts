import type { Engine } from '../engine.js';
import type { Row } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { prefixChildren, prefixDepth } from './prefix-tree.js';

/** NetBox keeps these counts in columns (CounterCacheField): `interface_count` of a device, `member_count` of a chassis, … */
export const isCounter = (type: TypeTable, column: string): boolean =>
  type.columns[column]?.kind === 'CounterCacheField';

/** How many objects of the kind the column is named for refer to the object. */
export function componentCount(engine: Engine, type: TypeTable, column: string, id: number): number {
  const stem = column === 'member_count' ? 'device' : column.replace(/_count$/, '').replaceAll('_', '');
  const app = type.model.split('.')[0] ?? '';
  const isMachine = type.model === 'virtualization.virtualmachine' && stem === 'interface';
  const target = engine.tables.byModel(isMachine ? 'virtualization.vminterface' : `${app}.${stem}`);
  const pointer = Object.entries(target?.columns ?? {}).find(
    ([name, spec]) => spec.to === type.model && !name.startsWith('_'),
  )?.[0];
  return target && pointer !== undefined ? engine.db.table(target.model).where(pointer, id).size : 0;
}

/** A column NetBox keeps by triggers and the stand-in works out when asked; undefined for a column that is stored. */
export function derivedColumn(engine: Engine, type: TypeTable, column: string): ((row: Row) => Json) | undefined {
  if (isCounter(type, column)) return (row) => componentCount(engine, type, column, row.id);
  if (type.model !== 'ipam.prefix') return undefined;
  if (column === '_depth') return (row) => prefixDepth(engine, row);
  return column === '_children' ? (row) => prefixChildren(engine, row) : undefined;
}
