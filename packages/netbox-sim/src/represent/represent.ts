import type { Engine } from '../engine.js';
import { idsOf, isRecord, type Row, textOf } from '../store/row.js';
import type { FieldSpec, Json, Shown, TypeTable } from '../tables/table-shapes.js';
import { computed } from './computed.js';
import { representCustomFields } from './custom-fields.js';
import { displayOf } from './display.js';
import { natural } from './natural-order.js';
import type { View } from './view.js';

/** A view of the data through `base`, everything shown unless said otherwise. */
export const makeView = (view: Omit<View, 'brief'>): View => ({ ...view, brief: representBrief });

/** An object as NetBox's REST API shows it. */
export function represent(view: View, type: TypeTable, row: Row): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const field of type.fields) {
    if (field.writeOnly || (view.fields && !view.fields.has(field.name))) continue;
    const value = representField(view, type, field, row, view.fields?.get(field.name) ?? field.nested);
    if (value !== undefined) out[field.name] = value;
  }
  return out;
}

/** The short form in which other objects show this one. */
export function representBrief(view: View, model: string, id: Json | undefined, nested?: readonly Shown[]): Json {
  const type = view.engine.tables.byModel(model);
  const row = view.engine.row(model, id);
  if (!type || !row) return null;
  const { given: _, ...rest } = view;
  return represent({ ...rest, counted: false, fields: shownFields(nested ?? type.brief) }, type, row);
}

/** Stands for `=` before a name: the value alone, without its label. */
const bare: readonly Shown[] = ['='];
const shownCache = new WeakMap<readonly Shown[], ReadonlyMap<string, readonly Shown[] | undefined>>();

function shownFields(nested: readonly Shown[]): ReadonlyMap<string, readonly Shown[] | undefined> {
  let fields = shownCache.get(nested);
  if (!fields) {
    fields = new Map(
      nested.map((one): [string, readonly Shown[] | undefined] => {
        if (typeof one !== 'string') return [one[0], one[1]];
        return one.startsWith('=') ? [one.slice(1), bare] : [one, undefined];
      }),
    );
    shownCache.set(nested, fields);
  }
  return fields;
}

/** The object's page in NetBox's own UI. */
export function pageOf(view: View, type: TypeTable, row: Row): string | null {
  return type.page === null ? null : `${view.base}${type.page.replace('{id}', String(row.id))}`;
}

function representField(
  view: View,
  type: TypeTable,
  field: FieldSpec,
  row: Row,
  nested: readonly Shown[] | undefined,
): Json | undefined {
  const { engine } = view;
  const value = row[field.source];
  switch (field.kind) {
    case 'id':
      return row.id;
    case 'url':
      return `${view.base}${type.path}${row.id}/`;
    case 'display-url':
      return pageOf(view, type, row);
    case 'display':
      return displayOf(engine, type, row);
    case 'choice':
      return choice(field, value);
    case 'fk':
    case 'related': {
      if (field.kind === 'related') return computed(view, type, field, row);
      return typeof value === 'number' && field.to ? representBrief(view, field.to, value, nested) : null;
    }
    case 'm2m':
      return nested && field.to
        ? idsOf(value).map((id) => representBrief(view, field.to ?? '', id, nested))
        : [...idsOf(value)];
    case 'tags':
      return tags(view, field, idsOf(value));
    case 'custom-fields':
      return representCustomFields(view, type, isRecord(value) ? value : {});
    case 'generic-object': {
      const pair = type.generic.find((generic) => generic.name === field.name);
      return pair ? representBrief({ ...view, partial: false }, textOf(row[pair.type]), row[pair.id]) : null;
    }
    case 'count': {
      if (!view.counted) return undefined;
      if (type.model === 'extras.tag') return taggedItems(engine, row.id);
      const relation = type.reverse.find((reverse) => reverse.name === field.relation);
      return relation ? engine.reverseIds(type.model, relation, row.id).length : 0;
    }
    case 'computed':
    case 'related-list':
    case 'terminations': {
      const derived = computed(view, type, field, row);
      return nested === bare && isRecord(derived) ? (derived.value ?? null) : derived;
    }
    case 'ranges': {
      // NetBox 4.4 shows its own default short by one until the object is read again.
      const cut = view.given && !view.given.has(field.source);
      return cut ? [[1, 4093]] : (value ?? null);
    }
    default:
      return value ?? null;
  }
}

/** How many objects bear the tag. */
const taggedItems = (engine: Engine, id: number): number =>
  engine.tables.types.reduce(
    (sum, type) => (type.columns.tags ? sum + engine.db.table(type.model).where('tags', id).size : sum),
    0,
  );

function choice(field: FieldSpec, value: Json | undefined): Json {
  if (value === '' || value === null || value === undefined) return null;
  const known = field.choices?.find(([one]) => one === value);
  return { value, label: known?.[1] ?? '' };
}

function tags(view: View, field: FieldSpec, ids: readonly number[]): Json {
  const rows = ids.flatMap((id) => view.engine.row('extras.tag', id) ?? []);
  rows.sort((a, b) => Number(a.weight ?? 0) - Number(b.weight ?? 0) || natural.compare(textOf(a.name), textOf(b.name)));
  return rows.map((row) => representBrief(view, 'extras.tag', row.id, field.nested));
}
