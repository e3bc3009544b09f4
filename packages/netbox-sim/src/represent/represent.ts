import type { Engine } from '../engine.js';
import { idsOf, isRecord, type Row, textOf } from '../store/row.js';
import type { FieldSpec, Json, TypeTable } from '../tables/table-shapes.js';
import { computed } from './computed.js';
import { representCustomFields } from './custom-fields.js';
import { displayOf } from './display.js';

/** A representation under way: where links point, and how much is shown. */
export interface View {
  readonly engine: Engine;
  /** `http://host:port`, from the request's Host header. */
  readonly base: string;
  /** Names of the fields asked for; undefined = all. */
  readonly fields?: ReadonlySet<string>;
  /** Whether the query counted related objects (reads and updates do, creates do not: ≤ 4.5). */
  readonly counted: boolean;
}

/** An object as NetBox's REST API shows it. */
export function represent(view: View, type: TypeTable, row: Row): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const field of type.fields) {
    if (view.fields && !view.fields.has(field.name)) continue;
    const value = representField(view, type, field, row);
    if (value !== undefined) out[field.name] = value;
  }
  return out;
}

/** The short form in which other objects show this one. */
export function representBrief(view: View, model: string, id: Json | undefined, nested?: readonly string[]): Json {
  const type = view.engine.tables.byModel(model);
  const row = view.engine.row(model, id);
  if (!type || !row) return null;
  const names = nested ?? type.brief;
  return represent({ engine: view.engine, base: view.base, counted: false, fields: new Set(names) }, type, row);
}

/** The object's page in NetBox's own UI. */
export function pageOf(view: View, type: TypeTable, row: Row): string | null {
  return type.page === null ? null : `${view.base}${type.page.replace('{id}', String(row.id))}`;
}

function representField(view: View, type: TypeTable, field: FieldSpec, row: Row): Json | undefined {
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
      return typeof value === 'number' && field.to ? representBrief(view, field.to, value, field.nested) : null;
    }
    case 'm2m':
      return field.nested && field.to
        ? idsOf(value).map((id) => representBrief(view, field.to ?? '', id, field.nested))
        : [...idsOf(value)];
    case 'tags':
      return tags(view, field, idsOf(value));
    case 'custom-fields':
      return representCustomFields(view, type, isRecord(value) ? value : {});
    case 'generic-object': {
      const pair = type.generic.find((generic) => generic.name === field.name);
      return pair ? representBrief(view, textOf(row[pair.type]), row[pair.id]) : null;
    }
    case 'count': {
      if (!view.counted) return undefined;
      const relation = type.reverse.find((reverse) => reverse.name === field.relation);
      return relation ? engine.reverseIds(type.model, relation, row.id).length : 0;
    }
    case 'computed':
    case 'related-list':
    case 'terminations':
      return computed(view, type, field, row);
    default:
      return value ?? null;
  }
}

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

/** Postgres' `natural_sort` collation: digits by their number, then letters. */
export const natural = new Intl.Collator('und', { numeric: true });
