import { ordered } from '../represent/order.js';
import { represent } from '../represent/represent.js';
import type { View } from '../represent/view.js';
import { isRecord, type Row } from '../store/row.js';
import type { Json } from '../tables/table-shapes.js';
import { deleteObject } from '../write/delete-object.js';
import { pythonTypeName } from '../write/python-text.js';
import { Refusal } from '../write/refusal.js';
import { prepare, type Ready, save, type WriteContext } from '../write/save-object.js';
import { type Answer, empty, json } from './answer.js';

/** POST on a list: one object or a list of them, all or none. */
export function createObjects(context: WriteContext, view: View, body: Json): Answer {
  const { type } = context;
  if (!Array.isArray(body)) {
    const row = saveOrRefuse(context, prepare(context, body, null, false));
    return json(201, represent({ ...view, given: keysOf(body) }, type, row), {
      Location: `${view.base}${type.path}${row.id}/`,
    });
  }
  const items: readonly Json[] = body;
  if (type.sequential) {
    const rows = items.map((item) => saveOrRefuse(context, prepare(context, item, null, false)));
    return json(
      201,
      rows.map((row, index) => represent({ ...view, given: keysOf(items[index] ?? null) }, type, row)),
    );
  }
  const checked = items.map((item) => prepare(context, item, null, false));
  if (checked.some((one) => 'errors' in one)) {
    throw new Refusal(
      400,
      checked.map((one) => ('errors' in one ? one.errors : {})),
    );
  }
  const rows = checked.flatMap((one) => ('errors' in one ? [] : [save(context, one)]));
  return json(
    201,
    rows.map((row, index) => represent({ ...view, given: keysOf(items[index] ?? null) }, type, row)),
  );
}

const keysOf = (body: Json): ReadonlySet<string> => new Set(isRecord(body) ? Object.keys(body) : []);

/** PUT and PATCH on one object. */
export function updateObject(context: WriteContext, view: View, before: Row, body: Json, partial: boolean): Answer {
  const row = saveOrRefuse(context, prepare(context, body, before, partial));
  return json(200, represent(view, context.type, row));
}

/** PUT and PATCH on a list: in the type's own order, unknown ids passed over, the first mistake ends it. */
export function updateObjects(context: WriteContext, view: View, body: Json, partial: boolean): Answer {
  const { engine, type } = context;
  const items = readItems(body);
  const byId = new Map(items.map((item) => [item.id, item]));
  const ids = new Set(items.map((item) => Number(item.id)).filter((id) => engine.db.get(type.model, id)));
  const out = ordered(engine, type, ids, null).flatMap((id): Json[] => {
    const before = engine.db.get(type.model, id);
    if (!before) return [];
    const { id: _, ...rest } = byId.get(id) ?? {};
    const given: Json = byId.has(id) ? rest : null;
    return [represent(view, type, saveOrRefuse(context, prepare(context, given, before, partial)))];
  });
  return json(200, out);
}

/** DELETE on a list: unknown ids passed over; one that is protected keeps them all. */
export function deleteObjects(context: WriteContext, body: Json): Answer {
  const { engine, author, type } = context;
  const items = readItems(body);
  const messages = new Map(items.map((item) => [Number(item.id), item.changelog_message]));
  const ids = new Set([...messages.keys()].filter((id) => engine.db.get(type.model, id)));
  for (const id of ordered(engine, type, ids, null)) {
    const row = engine.db.get(type.model, id);
    const message = messages.get(id);
    if (row) deleteObject(engine, author, type, row, typeof message === 'string' ? message : '');
  }
  return empty(204);
}

/** The list of a bulk update or delete: each item a dict with a whole-number id. */
function readItems(body: Json): Readonly<Record<string, Json>>[] {
  if (!Array.isArray(body)) {
    throw new Refusal(400, { non_field_errors: [`Expected a list of items but got type "${pythonTypeName(body)}".`] });
  }
  const list: readonly Json[] = body;
  const errors = list.map((item): Json => {
    if (!isRecord(item))
      return { non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonTypeName(item)}.`] };
    if (!('id' in item)) return { id: ['This field is required.'] };
    if (item.id === null) return { id: ['This field may not be null.'] };
    return /^[+-]?\d+(\.0*)?$/.test(String(item.id)) ? {} : { id: ['A valid integer is required.'] };
  });
  if (errors.some((error) => isRecord(error) && Object.keys(error).length > 0)) throw new Refusal(400, errors);
  return list.filter(isRecord);
}

function saveOrRefuse(context: WriteContext, ready: Ready | { readonly errors: Json }): Row {
  if ('errors' in ready) throw new Refusal(400, ready.errors);
  return save(context, ready);
}
