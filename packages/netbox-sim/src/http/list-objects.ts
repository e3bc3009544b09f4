import type { Engine } from '../engine.js';
import { applyFilters } from '../filter/apply-filters.js';
import { ordered } from '../represent/order.js';
import { makeView, represent } from '../represent/represent.js';
import type { View } from '../represent/view.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { type Answer, detail, json } from './answer.js';
import type { Request } from './request.js';

const defaultPage = 50;
const largestPage = 1000;

/** GET on a list: filtered, ordered, one page of it, with links to the next and the previous. */
export function listObjects(engine: Engine, type: TypeTable, request: Request): Answer {
  const { query } = request;
  const filtered = applyFilters(engine, type, query);
  if ('errors' in filtered) return json(400, filtered.errors);
  if ('unknown' in filtered)
    return detail(501, `The stand-in has no filter ${filtered.unknown} on ${type.path}; NetBox has.`);
  const table = engine.db.table(type.model);
  const ids = filtered.ids ?? table.ids();
  const count = filtered.ids ? filtered.ids.size : table.size;
  const [limit, offset] = page(query);
  const rows = offset > count ? [] : ordered(engine, type, ids, query.get('ordering')).slice(offset, offset + limit);
  const view = makeView({ engine, base: request.base, counted: true, ...fieldsOf(type, query, true) });
  const results = rows.flatMap((id): Json[] => {
    const row = table.get(id);
    return row ? [represent(view, type, row)] : [];
  });
  return json(200, {
    count,
    next: offset + limit < count ? link(request, limit, offset + limit) : null,
    previous: offset > 0 ? link(request, limit, offset - limit) : null,
    results,
  });
}

/** `?fields=` and `?brief=`, as the representation takes them. */
export function fieldsOf(type: TypeTable, query: URLSearchParams, brief: boolean): Pick<View, 'fields'> {
  const named = (names: readonly string[]) => ({ fields: new Map(names.map((name) => [name, undefined])) });
  const asked = query.get('fields');
  if (asked) return named(asked.split(','));
  if (brief && query.get('brief') && type.brief.length > 0) return named(type.brief);
  if (query.get('exclude') !== 'config_context') return {};
  return named(type.fields.map((field) => field.name).filter((name) => name !== 'config_context'));
}

/** `?fields=` as it limits what a write reads; null = no limit. */
export function fieldsRead(query: URLSearchParams): ReadonlySet<string> | null {
  const asked = query.get('fields');
  return asked ? new Set(asked.split(',')) : null;
}

function page(query: URLSearchParams): [limit: number, offset: number] {
  const limit = wholeNumber(query.get('limit'));
  const offset = wholeNumber(query.get('offset')) ?? 0;
  if (limit === null) return [defaultPage, offset];
  return [limit === 0 ? largestPage : Math.min(limit, largestPage), offset];
}

const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\s*\+?\d+\s*$/.test(text) ? Number(text) : null;

/** The query with limit and offset replaced, its names sorted (`replace_query_param`). */
function link(request: Request, limit: number, offset: number): string {
  const entries = [...request.query].filter(([name]) => name !== 'limit' && name !== 'offset');
  entries.push(['limit', String(limit)]);
  if (offset > 0) entries.push(['offset', String(offset)]);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${request.base}${request.path}?${new URLSearchParams(entries).toString()}`;
}
