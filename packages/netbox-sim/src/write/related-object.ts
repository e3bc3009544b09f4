import type { Engine } from '../engine.js';
import { lookups } from '../filter/lookups.js';
import { matching, reachingNothing } from '../filter/walk.js';
import { formatNetwork, normaliseMac, parseNetwork } from '../network/address.js';
import { isRecord } from '../store/row.js';
import type { Hop, Json, TypeTable } from '../tables/table-shapes.js';
import { pythonRepr, pythonStr } from './python-text.js';
import { serverError } from './refusal.js';

export type Found = { readonly id: number } | { readonly error: string };

/** The object a foreign key's value names: an id, a numeric string, or a dict of attributes (`get_related_object_by_attrs`). */
export function findRelated(engine: Engine, model: string, value: Json): Found {
  if (isRecord(value)) return findByAttributes(engine, model, value);
  const id = toInteger(value);
  if (id === null) {
    return {
      error: `Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: ${pythonStr(value)}`,
    };
  }
  return engine.db.get(model, id) ? { id } : { error: `Related object not found using the provided numeric ID: ${id}` };
}

/** Python's `int()`. */
function toInteger(value: Json): number | null {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : null;
}

function findByAttributes(engine: Engine, model: string, attributes: Readonly<Record<string, Json>>): Found {
  const params = flatten(attributes, '');
  const sets: ReadonlySet<number>[] = [];
  for (const [key, value] of Object.entries(params)) {
    const found = byParameter(engine, engine.tables.require(model), key, value);
    if (typeof found === 'string') return { error: found };
    sets.push(found);
  }
  const smallest = sets.reduce<ReadonlySet<number> | null>(
    (best, set) => (best && best.size <= set.size ? best : set),
    null,
  );
  const candidates = smallest ?? new Set(engine.db.table(model).ids());
  const matches = [...candidates].filter((id) => sets.every((set) => set.has(id)));
  const [first] = matches;
  if (first === undefined) {
    return { error: `Related object not found using the provided attributes: ${pythonRepr(params)}` };
  }
  if (matches.length > 1) return { error: `Multiple objects match the provided attributes: ${pythonRepr(params)}` };
  return { id: first };
}

function flatten(attributes: Readonly<Record<string, Json>>, prefix: string): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (isRecord(value)) Object.assign(out, flatten(value, `${prefix}${key}__`));
    else out[prefix + key] = value;
  }
  return out;
}

/** Ids by one Django lookup (`device__site__slug`, `slug__iexact`), or Django's words when the key leads nowhere. */
function byParameter(engine: Engine, type: TypeTable, key: string, value: Json): ReadonlySet<number> | string {
  const hops: Hop[] = [];
  let at: TypeTable | undefined = type;
  let lookup = 'exact';
  const parts = key.split('__');
  for (const [index, part] of parts.entries()) {
    const step: Hop | null = at ? stepFrom(at, part) : null;
    if (step) {
      hops.push(step);
      at = 'to' in step ? engine.tables.byModel(step.to) : undefined;
    } else if (index > 0 && index === parts.length - 1 && (part === 'exact' || lookups[part])) lookup = part;
    else return `Cannot resolve keyword '${part}' into field. Choices are: ${choices(at ?? type)}`;
  }
  if (value === null) return reachingNothing(engine, type.model, hops);
  const test = lookups[lookup];
  if (test) return matching(engine, type.model, hops, { test: (cell) => test(cell, value) });
  return matching(engine, type.model, hops, { equal: [coerce(engine, hops, value)] });
}

function stepFrom(type: TypeTable, part: string): Hop | null {
  const name = part === 'pk' ? 'id' : part;
  if (name === 'id') return { kind: 'field', name, t: 'BigAutoField' };
  const column = type.columns[name] ?? type.columns[name.replace(/_id$/, '')];
  if (!column) return null;
  const stored = type.columns[name] ? name : name.replace(/_id$/, '');
  if (column.to === undefined || column.to === 'contenttypes.contenttype')
    return { kind: 'field', name: stored, t: column.kind };
  return column.kind === 'ManyToManyField' || column.kind === 'TaggableManager'
    ? { kind: 'm2m', name: stored, to: column.to }
    : { kind: 'fk', name: stored, to: column.to };
}

/** The value as the column holds it; what Python cannot cast is an exception in NetBox, too. */
function coerce(engine: Engine, hops: readonly Hop[], value: Json): Json {
  const last = hops.at(-1);
  const kind = last?.kind === 'field' ? last.t : 'BigAutoField';
  if (/Auto|Integer|ASN|ForeignKey/.test(kind)) {
    const number = toInteger(value);
    if (number === null) {
      throw serverError(
        'ValueError',
        `Field '${last?.name}' expected a number but got ${pythonRepr(value)}.`,
        engine.tables.netbox,
      );
    }
    return number;
  }
  if (kind === 'IPAddressField' || kind === 'IPNetworkField') {
    const network = parseNetwork(String(value));
    return network ? formatNetwork(network) : value;
  }
  if (kind === 'MACAddressField') return normaliseMac(String(value)) ?? value;
  if (kind === 'DecimalField') return Number(value);
  return typeof value === 'number' && !/Boolean|JSON/.test(kind) ? String(value) : value;
}

function choices(type: TypeTable): string {
  const own = Object.entries(type.columns).flatMap(([name, column]) =>
    column.to !== undefined && !['ManyToManyField', 'TaggableManager'].includes(column.kind)
      ? [name, `${name}_id`]
      : [name],
  );
  return [...new Set([...own, ...type.reverse.map((relation) => relation.name)])].sort().join(', ');
}
