import type { Engine } from '../engine.js';
import type { FilterSpec, Hop, Json, TypeTable } from '../tables/table-shapes.js';
import { customFieldFilter } from './custom-field-filters.js';
import { type Read, readDate, readDateTime, readInteger, readMac, readNumber, readText } from './filter-values.js';
import { complement, intersect, type Kept, union } from './kept.js';
import { lookups } from './lookups.js';
import { methodFilter } from './method-filters.js';
import { type Chosen, chooseRelated } from './related-choices.js';
import { matching, reachingNothing } from './walk.js';

/** Rows that pass (null = all), or what NetBox answers 400 with. */
export type Filtered =
  | { readonly ids: ReadonlySet<number> | null }
  | { readonly errors: Readonly<Record<string, readonly string[]>> }
  | { readonly unknown: string };

const ignore: Kept = { ignore: true };
const suffixLookup: Readonly<Record<string, readonly [lookup: string, negate: boolean]>> = {
  n: ['', true],
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
};

/** The rows of a type that a query string asks for. Parameters NetBox does not know are passed over, as it does. */
export function applyFilters(engine: Engine, type: TypeTable, query: URLSearchParams): Filtered {
  const errors: Record<string, string[]> = {};
  let ids: ReadonlySet<number> | null = null;
  let also: ReadonlySet<number> = new Set();
  for (const name of new Set(query.keys())) {
    const kept = applyOne(engine, type, name, query.getAll(name));
    if (kept === null) return { unknown: name };
    if ('error' in kept) errors[name] = [kept.error];
    else if ('keep' in kept) {
      ids = ids === null ? kept.keep : intersect(ids, kept.keep);
      also = kept.also ?? also;
    }
  }
  if (Object.keys(errors).length > 0) return { errors };
  return { ids: ids !== null && also.size > 0 ? union([ids, also]) : ids };
}

function applyOne(engine: Engine, type: TypeTable, name: string, values: readonly string[]): Kept | null {
  if (name.startsWith('cf_')) return customFieldFilter(engine, type, name.slice(3), values) ?? ignore;
  const found = findFilter(type, name);
  if (!found) return ignore;
  const { filter, suffix } = found;
  if (filter.method !== undefined) {
    const set = values.filter((value) => value !== '');
    return set.length === 0 ? ignore : methodFilter(engine, type, filter, name, set);
  }
  const hops = filter.path ?? [];
  if (suffix === 'empty' || suffix === 'isnull') return empty(engine, type, hops, suffix, values);
  const [lookup, negate] = suffixLookup[suffix] ?? ['', false];
  const effective = lookup || (filter.lookup === 'in' ? 'exact' : filter.lookup);
  const kept = positive(engine, type, filter, hops, effective, values);
  if (!('keep' in kept)) return kept;
  return negate !== (filter.exclude ?? false) ? { keep: complement(engine, type, kept.keep) } : kept;
}

function findFilter(type: TypeTable, name: string): { filter: FilterSpec; suffix: string } | null {
  const exact = type.filters[name];
  if (exact && Object.hasOwn(type.filters, name)) return { filter: exact, suffix: '' };
  const at = name.lastIndexOf('__');
  if (at < 0) return null;
  const [stem, suffix] = [name.slice(0, at), name.slice(at + 2)];
  const filter = Object.hasOwn(type.filters, stem) ? type.filters[stem] : undefined;
  if (!filter?.suffixes) return null;
  if (filter.suffixes.includes(suffix)) return { filter, suffix };
  return suffix === 'empty' && filter.suffixes.includes('isnull') ? { filter, suffix: 'isnull' } : null;
}

function positive(
  engine: Engine,
  type: TypeTable,
  filter: FilterSpec,
  hops: readonly Hop[],
  lookup: string,
  values: readonly string[],
): Kept {
  const given = values.filter((value) => value !== '');
  if (given.length === 0) return ignore;
  if (filter.base === 'BooleanFilter') return boolean(engine, type, hops, lookup, given.at(-1) ?? '');
  if (filter.base === 'ContentTypeFilter') {
    return { keep: matching(engine, type.model, hops.map(asColumn), { equal: [(given.at(-1) ?? '').toLowerCase()] }) };
  }
  const related = chooseRelated(engine, filter, given);
  if (related) return 'error' in related ? related : byRelated(engine, type, filter, hops, related);
  return byValue(engine, type, filter, hops, lookup, filter.base.startsWith('Multi') ? given : given.slice(-1));
}

/** Content types are stored by name, not by number: the last step of the path is the column itself. */
const asColumn = (hop: Hop): Hop =>
  (hop.kind === 'fk' || hop.kind === 'm2m') && hop.to === 'contenttypes.contenttype'
    ? { kind: 'field', name: hop.name, t: 'CharField' }
    : hop;

function byRelated(engine: Engine, type: TypeTable, filter: FilterSpec, hops: readonly Hop[], chosen: Chosen): Kept {
  const sets = chosen.groups.map((ids) => matching(engine, type.model, withoutLeaf(hops), { equal: ids }));
  if (chosen.none) sets.push(reachingNothing(engine, type.model, withoutLeaf(hops)));
  if (filter.conjoined) {
    const [first = new Set<number>(), ...rest] = sets;
    return { keep: rest.reduce<ReadonlySet<number>>((all, one) => intersect(all, one), first) };
  }
  return { keep: union(sets) };
}

const withoutLeaf = (hops: readonly Hop[]): readonly Hop[] => {
  const last = hops.at(-1);
  return last?.kind === 'field' || last?.kind === 'lookup' ? hops.slice(0, -1) : hops.map(asColumn);
};

function byValue(
  engine: Engine,
  type: TypeTable,
  filter: FilterSpec,
  hops: readonly Hop[],
  lookup: string,
  values: readonly string[],
): Kept {
  const equal: Json[] = [];
  let none = false;
  const allowed = allowedChoices(engine, type, filter, hops);
  for (const text of values) {
    if (filter.nullValue !== undefined && text === filter.nullValue) {
      none = true;
      continue;
    }
    const choice = allowed?.find((one) => String(one) === text);
    if (allowed && choice === undefined) {
      return { error: `Select a valid choice. ${text} is not one of the available choices.` };
    }
    const read: Read = choice === undefined ? reader(filter, lookup)(text) : { value: choice };
    if ('error' in read) return read;
    if ('nothing' in read) return { keep: new Set() };
    equal.push(read.value);
  }
  const test = lookups[lookup];
  const leaf = test
    ? { test: (cell: Json) => equal.some((wanted) => test(cell, wanted)) }
    : { equal: equal.flatMap((value) => sameValue(value)) };
  const sets = equal.length > 0 ? [matching(engine, type.model, hops, leaf)] : [];
  if (none) sets.push(reachingNothing(engine, type.model, hops));
  return { keep: union(sets) };
}

/** JSON keeps one number type; a column of text may hold digits. */
const sameValue = (value: Json): Json[] => [value];

function allowedChoices(
  engine: Engine,
  type: TypeTable,
  filter: FilterSpec,
  hops: readonly Hop[],
): readonly Json[] | undefined {
  if (filter.choices) return filter.choices;
  if (filter.base !== 'MultipleChoiceFilter' && filter.base !== 'Filter') return undefined;
  const last = hops.at(-1);
  if (hops.length !== 1 || last?.kind !== 'field') return undefined;
  return engine.tables.field(type, last.name)?.choices?.map(([value]) => value);
}

function reader(filter: FilterSpec, lookup: string): (text: string) => Read {
  switch (filter.base) {
    case 'MultiValueNumberFilter':
      return readInteger;
    case 'NumberFilter':
    case 'MultiValueDecimalFilter':
    case 'NumericArrayFilter':
      return readNumber;
    case 'MultiValueDateTimeFilter':
    case 'DateTimeBound':
      return readDateTime;
    case 'MultiValueDateFilter':
      return readDate;
    case 'MultiValueMACAddressFilter':
      return lookup === 'exact' ? readMac : readText;
    default:
      return readText;
  }
}

function boolean(engine: Engine, type: TypeTable, hops: readonly Hop[], lookup: string, text: string): Kept {
  const value = { true: true, false: false }[text.toLowerCase()];
  if (value === undefined) return ignore;
  if (lookup === 'isnull') {
    const nothing = reachingNothing(engine, type.model, hops);
    return { keep: value ? nothing : complement(engine, type, nothing) };
  }
  return { keep: matching(engine, type.model, hops, { equal: [value] }) };
}

function empty(engine: Engine, type: TypeTable, hops: readonly Hop[], suffix: string, values: readonly string[]): Kept {
  const value = { true: true, false: false }[(values.at(-1) ?? '').toLowerCase()];
  if (value === undefined) return ignore;
  const nothing = reachingNothing(engine, type.model, hops);
  const blank = suffix === 'empty' ? matching(engine, type.model, hops, { equal: [''] }) : new Set<number>();
  const either = union([nothing, blank]);
  return { keep: value ? either : complement(engine, type, either) };
}
