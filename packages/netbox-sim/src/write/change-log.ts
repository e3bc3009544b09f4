import { type Engine, isMany } from '../engine.js';
import { componentCount } from '../represent/component-count.js';
import { displayOf } from '../represent/display.js';
import { idsOf, type Row, textOf } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';

/** Who is changing things, under which request: stamped on every change record. */
export interface Author {
  readonly requestId: string;
  readonly userId: number;
  readonly userName: string;
}

const leftOut = new Set(['id', 'created', 'last_updated', 'lft', 'rght', 'tree_id', 'level']);

/** An object as the change log keeps it: raw values, ids for references, names for tags, decimals as text. */
export function snapshot(engine: Engine, type: TypeTable, row: Row, fresh = false): Record<string, Json> {
  const out: [string, Json][] = [];
  for (const [name, column] of Object.entries(type.columns)) {
    if (leftOut.has(name) || name.startsWith('_')) continue;
    const value = row[name] ?? null;
    if (column.kind === 'CounterCacheField') out.push([name, fresh ? 0 : componentCount(engine, type, name, row.id)]);
    else if (name === 'custom_field_data') out.push(['custom_fields', value]);
    else if (name === 'tags') out.push(['tags', tagNames(engine, idsOf(value))]);
    else if (column.to === 'contenttypes.contenttype')
      out.push([name, typeof value === 'string' ? engine.contentTypeId(value) : null]);
    else if (column.kind === 'DecimalField' && typeof value === 'number')
      out.push([name, value.toFixed(placesOf(engine, type, name))]);
    else if (isMany(column.kind)) out.push([name, Array.isArray(value) ? value : []]);
    else out.push([name, value]);
  }
  out.sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  return Object.fromEntries(out);
}

const tagNames = (engine: Engine, ids: readonly number[]): string[] =>
  ids.map((id) => textOf(engine.row('extras.tag', id)?.name)).sort();

const placesOf = (engine: Engine, type: TypeTable, name: string): number =>
  engine.tables.field(type, name)?.places ?? 2;

/** One record of `/api/core/object-changes/`; an update that changes nothing leaves none. */
export function recordChange(
  engine: Engine,
  author: Author,
  type: TypeTable,
  change: {
    action: 'create' | 'update' | 'delete';
    before: Row | null;
    after: Row | null;
    message: string;
    was?: Record<string, Json>;
  },
): void {
  if (!type.changeLog) return;
  const subject = change.after ?? change.before;
  if (!subject) return;
  const prechange = change.was ?? (change.before ? snapshot(engine, type, change.before) : {});
  const postchange = change.after ? snapshot(engine, type, change.after, change.action === 'create') : {};
  if (change.action === 'update' && JSON.stringify(prechange) === JSON.stringify(postchange)) return;
  engine.db.put('core.objectchange', {
    id: engine.db.nextId('core.objectchange'),
    time: engine.clock.now(),
    user: author.userId,
    user_name: author.userName,
    request_id: author.requestId,
    action: change.action,
    changed_object_type: type.model,
    changed_object_id: subject.id,
    object_repr: displayOf(engine, type, subject).slice(0, 200),
    message: change.message,
    prechange_data: prechange,
    postchange_data: postchange,
  });
}
