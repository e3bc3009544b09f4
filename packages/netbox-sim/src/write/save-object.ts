import type { Engine } from '../engine.js';
import { displayOf } from '../represent/display.js';
import { afterSave } from '../rules/after-save.js';
import { beforeSave } from '../rules/before-save.js';
import { ruleFor } from '../rules/rules.js';
import { idsOf, type Row } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { type Author, recordChange, snapshot } from './change-log.js';
import { checkModel } from './check-model.js';
import { newRow } from './new-row.js';
import { type BodyRead, readBody } from './read-body.js';
import { type FieldErrors, Refusal, serverError } from './refusal.js';
import { violatedInDatabase } from './unique.js';

/** A write that passed its checks and waits to be saved. */
export interface Ready {
  readonly type: TypeTable;
  readonly row: Row;
  readonly before: Row | null;
  readonly attrs: Readonly<Record<string, Json>>;
  readonly message: string;
}

export interface WriteContext {
  readonly engine: Engine;
  readonly author: Author;
  readonly type: TypeTable;
  /** `?fields=` of the request. */
  readonly only: ReadonlySet<string> | null;
}

/** Reads and checks one body; for an update, against the row it changes. */
export function prepare(
  context: WriteContext,
  body: Json,
  before: Row | null,
  partial: boolean,
): Ready | { readonly errors: FieldErrors } {
  const { engine, type } = context;
  const read: BodyRead = readBody(engine, type, body, { partial, before, only: context.only });
  if ('errors' in read) return read;
  const serializer = ruleFor(type.model).serializer?.({ engine, type, attrs: read.attrs, before });
  if (serializer && Object.keys(serializer).length > 0) return { errors: serializer };
  // A row under check has no id yet: 0 equals no other.
  const base = before ?? newRow(type, 0, engine.clock.now());
  const checked = checkModel(engine, type, { ...base, ...read.attrs }, before);
  if ('errors' in checked) return checked;
  return { type, row: checked.row, before, attrs: read.attrs, message: read.message };
}

/** Saves what `prepare` passed, with everything that follows from it; answers the row as stored. */
export function save({ engine, author }: WriteContext, ready: Ready): Row {
  const { type, before } = ready;
  const id = before?.id ?? engine.db.nextId(type.model);
  const was = before ? snapshot(engine, type, before) : undefined;
  const stamped: Row = {
    ...ready.row,
    id,
    ...('last_updated' in type.columns && { last_updated: engine.clock.now() }),
  };
  const row = beforeSave(engine, type, stamped, before);
  const violated = violatedInDatabase(engine, type, row);
  if (violated !== null) throw serverError('IntegrityError', violated, engine.tables.netbox);
  checkTags(engine, type, row, ready.attrs);
  engine.db.put(type.model, row);
  const log = { action: before ? ('update' as const) : ('create' as const), before, message: ready.message };
  afterSave({ engine, author, type, row, before, attrs: ready.attrs });
  const stored = engine.db.get(type.model, id) ?? row;
  recordChange(engine, author, type, { ...log, after: stored, ...(was && { was }) });
  return stored;
}

/** Tags may be limited to some object types: found out only when they are attached. */
function checkTags(engine: Engine, type: TypeTable, row: Row, attrs: Readonly<Record<string, Json>>): void {
  if (!('tags' in attrs)) return;
  for (const id of idsOf(row.tags)) {
    const tag = engine.row('extras.tag', id);
    const types = tag?.object_types;
    if (tag && Array.isArray(types) && types.length > 0 && !types.includes(type.model)) {
      throw new Refusal(400, {
        detail: `Tag ${displayOf(engine, engine.tables.require('extras.tag'), tag)} cannot be assigned to ${type.model.split('.')[1]} objects.`,
      });
    }
  }
}
