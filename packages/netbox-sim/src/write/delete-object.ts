import { type Engine, isMany } from '../engine.js';
import { displayOf } from '../represent/display.js';
import { afterDelete } from '../rules/after-delete.js';
import { idsOf, type Row } from '../store/row.js';
import type { TypeTable } from '../tables/table-shapes.js';
import { type Author, recordChange } from './change-log.js';
import { Refusal } from './refusal.js';

interface Doomed {
  readonly type: TypeTable;
  readonly row: Row;
}

/**
 * Deletes an object with what cascades from it (foreign keys, generic relations), each with its own change record.
 * @throws Refusal 409 naming every object that protects it.
 */
export function deleteObject(engine: Engine, author: Author, type: TypeTable, row: Row, message: string): void {
  const doomed = new Map<string, Doomed>();
  const protecting = new Map<string, Doomed>();
  collect(engine, type, row, doomed, protecting);
  const guards = [...protecting].filter(([key]) => !doomed.has(key)).map(([, guard]) => guard);
  guards.sort((a, b) => (a.type === b.type ? a.row.id - b.row.id : 0));
  if (guards.length > 0) {
    const names = guards.map((guard) => `${displayOf(engine, guard.type, guard.row)} (${guard.row.id})`);
    throw new Refusal(409, {
      detail: `Unable to delete object. ${guards.length} dependent objects were found: ${names.join(', ')}`,
    });
  }
  for (const one of [...doomed.values()].reverse()) {
    const own = one.row.id === row.id && one.type === type;
    const current = engine.db.get(one.type.model, one.row.id) ?? one.row;
    recordChange(engine, author, one.type, {
      action: 'delete',
      before: current,
      after: null,
      message: own ? message : '',
    });
  }
  for (const one of doomed.values()) detach(engine, author, one, doomed);
  for (const one of doomed.values()) {
    engine.db.delete(one.type.model, one.row.id);
    afterDelete(engine, one.type, one.row);
  }
}

const keyOf = (type: TypeTable, id: number): string => `${type.model}#${id}`;

function collect(
  engine: Engine,
  type: TypeTable,
  row: Row,
  doomed: Map<string, Doomed>,
  protecting: Map<string, Doomed>,
): void {
  const key = keyOf(type, row.id);
  if (doomed.has(key)) return;
  doomed.set(key, { type, row });
  for (const pointer of engine.pointersTo(type.model)) {
    if (pointer.many || pointer.onDelete === 'SET_NULL' || pointer.onDelete === 'DO_NOTHING') continue;
    for (const id of engine.db.table(pointer.type.model).where(pointer.column, row.id)) {
      const other = engine.row(pointer.type.model, id);
      if (!other) continue;
      if (pointer.onDelete === 'CASCADE') collect(engine, pointer.type, other, doomed, protecting);
      else protecting.set(keyOf(pointer.type, id), { type: pointer.type, row: other });
    }
  }
  for (const relation of type.reverse) {
    const other = relation.kind === 'generic' ? engine.tables.byModel(relation.to) : undefined;
    if (!other || relation.name === 'tagged_items') continue;
    for (const id of engine.reverseIds(type.model, relation, row.id)) {
      const held = engine.row(other.model, id);
      if (held) collect(engine, other, held, doomed, protecting);
    }
  }
}

/** Clears what pointed at a deleted object without depending on it; NetBox logs that as an update of the other. */
function detach(engine: Engine, author: Author, gone: Doomed, doomed: ReadonlyMap<string, Doomed>): void {
  for (const pointer of engine.pointersTo(gone.type.model)) {
    if (!pointer.many && pointer.onDelete !== 'SET_NULL') continue;
    for (const id of [...engine.db.table(pointer.type.model).where(pointer.column, gone.row.id)]) {
      const before = engine.row(pointer.type.model, id);
      if (!before || doomed.has(keyOf(pointer.type, id))) continue;
      const spec = pointer.type.columns[pointer.column];
      const many = spec !== undefined && isMany(spec.kind);
      const value = many ? idsOf(before[pointer.column]).filter((one) => one !== gone.row.id) : null;
      const after: Row = { ...before, [pointer.column]: value, last_updated: engine.clock.now() };
      engine.db.put(pointer.type.model, after);
      recordChange(engine, author, pointer.type, { action: 'update', before, after, message: '' });
    }
  }
}
