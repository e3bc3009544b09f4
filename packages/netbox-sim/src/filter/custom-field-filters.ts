import type { Engine } from '../engine.js';
import { customFieldsOf } from '../represent/custom-fields.js';
import { isRecord, type Row, textOf } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { complement, type Kept } from './kept.js';
import { lookups } from './lookups.js';

const suffixes: Readonly<Record<string, readonly [lookup: string, negate: boolean]>> = {
  n: ['exact', true],
  ic: ['icontains', false],
  nic: ['icontains', true],
  ie: ['iexact', false],
  nie: ['iexact', true],
  isw: ['istartswith', false],
  nisw: ['istartswith', true],
  iew: ['iendswith', false],
  niew: ['iendswith', true],
  gt: ['gt', false],
  gte: ['gte', false],
  lt: ['lt', false],
  lte: ['lte', false],
  regex: ['regex', false],
  iregex: ['iregex', false],
};

/** `cf_<name>` with its suffixes; null when the type has no such field (NetBox then passes the parameter over). */
export function customFieldFilter(
  engine: Engine,
  type: TypeTable,
  rest: string,
  values: readonly string[],
): Kept | null {
  const at = rest.lastIndexOf('__');
  const fields = customFieldsOf(engine, type.model);
  const named = (name: string) => fields.find((field) => field.name === name && field.filter_logic !== 'disabled');
  // NetBox adds the suffixed forms to exact filters only: a loose text field has none, and they are passed over.
  const suffix = named(rest) || at < 0 ? '' : rest.slice(at + 2);
  const field = named(suffix === '' ? rest : rest.slice(0, at));
  if (!field || (suffix !== '' && isLoose(field))) return null;
  const given = values.filter((value) => value !== '');
  if (given.length === 0) return { ignore: true };
  const name = String(field.name);
  const cells = (row: { readonly [column: string]: Json }): Json => {
    const data = row.custom_field_data;
    return isRecord(data) ? (data[name] ?? null) : null;
  };
  const keep = new Set<number>();
  const [asked, negate] = suffixes[suffix] ?? ['exact', false];
  if (suffix === 'empty') {
    const want = given.at(-1)?.toLowerCase() === 'true';
    for (const row of engine.db.table(type.model).rows()) {
      if ((cells(row) === null || cells(row) === '') === want) keep.add(row.id);
    }
    return { keep };
  }
  const lookup = asked === 'exact' && isLoose(field) ? 'icontains' : asked;
  for (const row of engine.db.table(type.model).rows()) {
    const cell = cells(row);
    if (given.some((text) => matches(cell, text, lookup))) keep.add(row.id);
  }
  return { keep: negate ? complement(engine, type, keep) : keep };
}

const isLoose = (field: Row): boolean =>
  field.filter_logic === 'loose' && ['text', 'longtext', 'url'].includes(textOf(field.type));

function matches(cell: Json, text: string, lookup: string): boolean {
  if (text === 'null') return cell === null;
  if (lookup === 'exact') {
    return Array.isArray(cell)
      ? cell.some((item) => String(item) === text)
      : cell !== null && String(cell).toLowerCase() === text.toLowerCase();
  }
  return lookups[lookup]?.(cell, typeof cell === 'number' ? Number(text) : text) ?? false;
}
