import type { Engine } from '../engine.js';
import { idsOf, type Row, textOf } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { natural } from './natural-order.js';
import type { View } from './view.js';

/** The custom fields declared for a type, in NetBox's order (group, weight, name). */
export function customFieldsOf(engine: Engine, model: string): readonly Row[] {
  const ids = engine.db.table('extras.customfield').where('object_types', model);
  if (ids.size === 0) return [];
  return [...ids]
    .flatMap((id) => engine.row('extras.customfield', id) ?? [])
    .sort(
      (a, b) =>
        natural.compare(textOf(a.group_name), textOf(b.group_name)) ||
        Number(a.weight) - Number(b.weight) ||
        natural.compare(textOf(a.name), textOf(b.name)),
    );
}

/** Every declared field with its value; objects in their brief form, choices by their bare value (until 4.7). */
export function representCustomFields(view: View, type: TypeTable, data: Readonly<Record<string, Json>>): Json {
  const out: Record<string, Json> = {};
  for (const field of customFieldsOf(view.engine, type.model)) {
    const name = textOf(field.name);
    const value = data[name] ?? null;
    const to = textOf(field.related_object_type);
    if (field.type === 'object') out[name] = value === null ? null : view.brief(view, to, value);
    else if (field.type === 'multiobject') {
      out[name] = value === null ? null : idsOf(value).map((id) => view.brief(view, to, id));
    } else out[name] = value;
  }
  return out;
}
