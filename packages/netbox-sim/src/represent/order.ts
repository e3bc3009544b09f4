import type { Engine } from '../engine.js';
import { compareNetworks, parseNetwork } from '../network/address.js';
import type { Row } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { natural } from './natural-order.js';

type Compare = (a: Row, b: Row) => number;

/** Rows in the order asked for (`ordering=`), else in the type's own. */
export function ordered(engine: Engine, type: TypeTable, ids: Iterable<number>, asked: string | null): number[] {
  const terms = (asked ?? '')
    .split(',')
    .map((term) => term.trim())
    .filter((term) => isSortable(type, term));
  if (terms.length === 1 && (terms[0] === 'id' || terms[0] === '-id')) {
    const sorted = [...ids].sort((a, b) => a - b);
    return terms[0] === 'id' ? sorted : sorted.reverse();
  }
  if (terms.length === 0 && type.model === 'ipam.ipaddress') return byHost(engine, ids);
  const own = type.tree && type.model !== 'dcim.inventoryitem' ? ['^tree'] : type.ordering;
  const compare = comparison(engine, type, terms.length > 0 ? terms : own, 0);
  const rows = [...ids].flatMap((id) => engine.row(type.model, id) ?? []);
  return rows.sort((a, b) => compare(a, b) || a.id - b.id).map((row) => row.id);
}

/** Addresses come by host, whatever their mask (NetBox's manager orders them so). */
function byHost(engine: Engine, ids: Iterable<number>): number[] {
  const hosts = [...ids].map((id) => ({
    id,
    network: parseNetwork(String(engine.row('ipam.ipaddress', id)?.address)),
  }));
  hosts.sort((a, b) => {
    if (!a.network || !b.network) return a.id - b.id;
    if (a.network.family !== b.network.family) return a.network.family - b.network.family;
    return a.network.value === b.network.value ? a.id - b.id : a.network.value < b.network.value ? -1 : 1;
  });
  return hosts.map((host) => host.id);
}

function isSortable(type: TypeTable, term: string): boolean {
  const name = term.replace(/^-/, '');
  return type.fields.some(
    (field) => field.name === name && (type.columns[field.source] !== undefined || name === 'id'),
  );
}

function comparison(engine: Engine, type: TypeTable, terms: readonly string[], depth: number): Compare {
  const all = terms.map((term) => one(engine, type, term, depth));
  return (a, b) => {
    for (const compare of all) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}

function one(engine: Engine, type: TypeTable, term: string, depth: number): Compare {
  if (term === '^tree') return (a, b) => natural.compare(treePath(engine, type, a), treePath(engine, type, b));
  const sign = term.startsWith('-') ? -1 : 1;
  const name = term
    .replace(/^-/, '')
    .replace(/^\w+\(F\(_?(\w+)\)\)$/, '$1')
    .replace(/__id$/, '')
    .replace(/^pk$/, 'id');
  const column = type.columns[name];
  const target = column?.to === undefined || term.endsWith('__id') ? undefined : engine.tables.byModel(column.to);
  if (target && depth < 3) {
    const inner = comparison(engine, target, target.ordering, depth + 1);
    return (a, b) => {
      const [left, right] = [engine.row(target.model, a[name]), engine.row(target.model, b[name])];
      return sign * nullsLast(left, right, () => (left && right ? inner(left, right) : 0));
    };
  }
  const isNetwork = column?.kind === 'IPNetworkField' || column?.kind === 'IPAddressField';
  return (a, b) => {
    const [left, right] = [a[name] ?? null, b[name] ?? null];
    return (
      sign *
      nullsLast(left ?? undefined, right ?? undefined, () => (isNetwork ? networks(left, right) : values(left, right)))
    );
  };
}

const nullsLast = (a: unknown, b: unknown, compare: () => number): number =>
  a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : compare();

function networks(a: Json, b: Json): number {
  const [left, right] = [parseNetwork(String(a)), parseNetwork(String(b))];
  return left && right ? compareNetworks(left, right) : 0;
}

function values(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return natural.compare(String(a), String(b));
}

function treePath(engine: Engine, type: TypeTable, row: Row): string {
  const names: string[] = [];
  for (let at: Row | undefined = row; at && names.length < 50; at = engine.related(type, at, 'parent'))
    names.unshift(String(at.name));
  return names.join('\u0000');
}
