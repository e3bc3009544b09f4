import type { FilterSpec } from '../src/tables/table-shapes.js';
import type { RawFilter } from './introspection-shapes.js';

/** What NetBox adds to a filter by suffix (utilities/constants.py): `[lookup, exclude]`. */
const suffixMeaning: Record<string, readonly [lookup: string, exclude: boolean]> = {
  n: ['exact', true],
  ic: ['icontains', false],
  nic: ['icontains', true],
  iew: ['iendswith', false],
  niew: ['iendswith', true],
  isw: ['istartswith', false],
  nisw: ['istartswith', true],
  ie: ['iexact', false],
  nie: ['iexact', true],
  regex: ['regex', false],
  iregex: ['iregex', false],
  lte: ['lte', false],
  lt: ['lt', false],
  gte: ['gte', false],
  gt: ['gt', false],
  empty: ['empty', false],
};

/** Each filter once, its suffixed forms folded into `suffixes` where they mean what NetBox's rule says. */
export function buildFilters(raw: Record<string, RawFilter>): Record<string, FilterSpec> {
  const out: Record<string, FilterSpec> = {};
  const suffixes = new Map<string, string[]>();
  for (const [name, filter] of Object.entries(raw)) {
    const parent = foldsInto(name, filter, raw);
    if (filter.base === 'DateTimeFromToRangeFilter') {
      const { path } = filter;
      out[`${name}_after`] = { base: 'DateTimeBound', lookup: 'gte', ...(path && { path }) };
      out[`${name}_before`] = { base: 'DateTimeBound', lookup: 'lte', ...(path && { path }) };
    } else if (parent) suffixes.set(parent.name, [...(suffixes.get(parent.name) ?? []), parent.suffix]);
    else out[name] = buildFilter(filter);
  }
  for (const [name, list] of suffixes) {
    const filter = out[name];
    if (filter) out[name] = { ...filter, suffixes: list };
  }
  return out;
}

function foldsInto(
  name: string,
  filter: RawFilter,
  all: Record<string, RawFilter>,
): { name: string; suffix: string } | null {
  const at = name.lastIndexOf('__');
  if (at < 0) return null;
  const suffix = name.slice(at + 2);
  const parent = all[name.slice(0, at)];
  const meaning = suffixMeaning[suffix];
  if (!parent || !meaning || parent.method !== undefined || filter.method !== undefined) return null;
  const [lookup, exclude] = meaning;
  const sameLookup =
    filter.lookup === lookup ||
    (suffix === 'empty' && filter.lookup === 'isnull') ||
    (suffix === 'n' && filter.lookup === parent.lookup);
  return sameLookup && filter.exclude === (exclude !== parent.exclude && exclude ? true : exclude)
    ? { name: name.slice(0, at), suffix: filter.lookup === 'isnull' ? 'isnull' : suffix }
    : null;
}

function buildFilter(raw: RawFilter): FilterSpec {
  const ownChoices = raw.path?.length === 1 && raw.path[0]?.kind === 'field';
  return {
    base: raw.base,
    lookup: raw.lookup,
    ...(raw.exclude && { exclude: true as const }),
    ...(raw.path !== undefined && { path: raw.path }),
    ...(raw.method !== undefined && { method: raw.method }),
    ...(raw.to !== undefined && { to: raw.to }),
    ...(raw.to_field !== undefined && { toField: raw.to_field }),
    ...(raw.choices !== undefined && !ownChoices && { choices: raw.choices }),
    ...(raw.null_value !== undefined && { nullValue: raw.null_value }),
    ...(raw.conjoined && { conjoined: true as const }),
  };
}
