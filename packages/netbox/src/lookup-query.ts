import type { FieldRow, ObjectTypeRow } from '@diode/catalogue';
import type { Lookup } from '@diode/engine';

type FieldsLookup = Lookup & { readonly by: { readonly kind: 'fields' } };
type Scalar = string | number | null;

/** Look-ups of one type and shape that one filter query can ask together. */
export interface LookupGroup {
  readonly objectType: string;
  readonly lookups: readonly Lookup[];
}

/** Ids with ids; fields with those of the same fields, nulls and folds. Aliases are not NetBox's and left out. */
export function groupLookups(lookups: readonly Lookup[]): readonly LookupGroup[] {
  const groups = new Map<string, { objectType: string; lookups: Lookup[] }>();
  for (const lookup of lookups) {
    if (lookup.by.kind === 'alias') continue;
    const shape = lookup.by.kind === 'id' ? 'id' : shapeOf(lookup.by.values, lookup.by.fold);
    const key = `${lookup.objectType}|${shape}`;
    const group = groups.get(key) ?? { objectType: lookup.objectType, lookups: [] };
    group.lookups.push(lookup);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function shapeOf(values: Readonly<Record<string, Scalar>>, fold: readonly string[]): string {
  return Object.keys(values)
    .sort()
    .map((name) => `${name}${values[name] === null ? '=null' : fold.includes(name) ? '~' : ''}`)
    .join(',');
}

/**
 * NetBox's filter for one field. An unknown filter is silently ignored and gives everything (facts/netbox.md §3 "Filters"), so the reader
 * checks each row again.
 */
export function filterParam(row: ObjectTypeRow, name: string, value: Scalar, fold: boolean): readonly [string, string] {
  const field = row.fields.find((one) => one.name === name);
  if (field?.kind === 'reference') return [`${name}_id`, value === null ? 'null' : String(value)];
  if (value === null) {
    return isReferencePart(row.fields, name) || field?.kind === undefined || field.kind !== 'choice'
      ? [`${name}__empty`, 'true']
      : [name, 'null'];
  }
  if (field?.kind === 'tags') return ['tag', String(value)];
  return [fold ? `${name}__ie` : name, String(value)];
}

/** `scope_id` of the generic reference `scope`. */
function isReferencePart(fields: readonly FieldRow[], name: string): boolean {
  return fields.some(
    (one) => one.kind === 'generic_reference' && (name === `${one.name}_id` || name === `${one.name}_type`),
  );
}

/** gunicorn refuses request lines above 4,094 bytes; what is left after path, `fields=` and paging. */
const QUERY_BYTES = 3_000;

/** One GET: the look-ups it answers and the filter part of its query. */
export interface LookupQuery {
  readonly lookups: readonly Lookup[];
  readonly query: string;
}

/** Cuts a group into queries whose length fits `QUERY_BYTES - reserved`. Different fields are ANDed and values of one ORed: a superset, never less. */
export function lookupQueries(row: ObjectTypeRow, group: LookupGroup, reserved: number): readonly LookupQuery[] {
  const queries: { lookups: Lookup[]; params: Set<string>; bytes: number }[] = [];
  const budget = Math.max(QUERY_BYTES - reserved, 500);
  for (const lookup of group.lookups) {
    const params = paramsOf(row, lookup);
    let last = queries.at(-1);
    const fresh = last === undefined ? params : params.filter((param) => !last?.params.has(param));
    const bytes = fresh.reduce((sum, param) => sum + param.length + 1, 0);
    if (last === undefined || last.bytes + bytes > budget) {
      last = { lookups: [], params: new Set(), bytes: 0 };
      queries.push(last);
    }
    for (const param of params) {
      if (last.params.has(param)) continue;
      last.params.add(param);
      last.bytes += param.length + 1;
    }
    last.lookups.push(lookup);
  }
  return queries.map((one) => ({ lookups: one.lookups, query: [...one.params].join('&') }));
}

function paramsOf(row: ObjectTypeRow, lookup: Lookup): readonly string[] {
  if (lookup.by.kind === 'id') return [`id=${lookup.by.id}`];
  if (lookup.by.kind === 'alias') return [];
  const { values, fold } = (lookup as FieldsLookup).by;
  return Object.entries(values).map(([name, value]) => {
    const [param, text] = filterParam(row, name, value, fold.includes(name));
    return `${encodeURIComponent(param)}=${encodeURIComponent(text.toWellFormed())}`;
  });
}
