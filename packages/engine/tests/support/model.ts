import { objectType } from '@diode/catalogue';
import {
  type Change,
  type Lookup,
  type LookupAnswer,
  lookupKeys,
  type Observed,
  type Plan,
  type PlannedValue,
} from '@diode/engine';
import type { JsonObject, JsonValue } from '@diode/protocol';
import { knownOf } from '../../src/lookup/known-of.js';
import { matcherKey } from '../../src/lookup/matcher-key.js';

type Data = Record<string, JsonValue>;

/** NetBox as the engine sees it: objects in normal form, look-ups by key. Writing follows the plan and nothing else. */
export class Model {
  readonly objects = new Map<string, Observed>();
  readonly aliases = new Map<string, number>();
  rounds = 0;
  asked: Lookup[] = [];
  #next = 1;
  readonly #index = new Map<string, Map<number, Observed>>();

  put(objectTypeName: string, data: JsonObject): number {
    const id = this.#next++;
    this.#store(objectTypeName, id, data);
    return id;
  }

  get(objectTypeName: string, id: number): JsonObject {
    const found = this.objects.get(`${objectTypeName}#${id}`);
    if (found === undefined) throw new Error(`no ${objectTypeName} ${id}`);
    return found.data;
  }

  all(objectTypeName: string): readonly Observed[] {
    return [...this.objects.values()].filter((one) => one.objectType === objectTypeName);
  }

  answer(lookups: readonly Lookup[]): LookupAnswer {
    this.rounds++;
    this.asked.push(...lookups);
    return new Map(
      lookups.map((lookup) => {
        if (lookup.by.kind !== 'alias') return [lookup.key, [...(this.#index.get(lookup.key)?.values() ?? [])]];
        const id = this.aliases.get(`${lookup.objectType}|${lookup.by.alias}`);
        const found = id === undefined ? undefined : this.objects.get(`${lookup.objectType}#${id}`);
        return [lookup.key, found === undefined ? [] : [found]];
      }),
    );
  }

  /** Carries a plan out: level by level, then what is late. */
  apply(plan: Plan): void {
    const ids = new Map<string, number>();
    const sent = [...plan.changes].sort((a, b) => a.level - b.level);
    for (const change of sent) {
      const values = valuesOf(change, false, ids);
      if (change.action === 'create') ids.set(change.key, this.#create(change, values));
      if (change.action === 'update') this.#update(change, change.netboxId ?? 0, values);
      if (change.netboxId !== null) ids.set(change.key, change.netboxId);
    }
    for (const change of sent) {
      const id = ids.get(change.key);
      if (id !== undefined && change.late.length > 0) this.#update(change, id, valuesOf(change, true, ids));
      for (const alias of change.aliases) if (id !== undefined) this.aliases.set(`${change.objectType}|${alias}`, id);
    }
  }

  /** The state without ids: equal states print equally whatever the order they were made in. */
  print(): readonly string[] {
    return [...this.objects.values()].map((one) => this.#printOne(one)).sort();
  }

  #printOne(one: Observed): string {
    const row = objectType(one.objectType);
    const fields = Object.keys(one.data)
      .sort()
      .map((name) => {
        const field = row?.fields.find((f) => f.name === name);
        const value = one.data[name] ?? null;
        if (field?.kind === 'reference' && typeof value === 'number')
          return `${name}=${this.#labelOf(field.to?.[0] ?? '', value)}`;
        if (name === 'assigned_object_id' || name === 'scope_id') {
          return `${name}=${this.#labelOf(String(one.data[name.replace('_id', '_type')]), Number(value))}`;
        }
        return `${name}=${JSON.stringify(value)}`;
      });
    return `${one.objectType} ${fields.join(' ')}`;
  }

  #labelOf(type: string, id: number): string {
    const found = this.objects.get(`${type}#${id}`);
    const row = objectType(type);
    return found === undefined || row === undefined ? `#${id}` : JSON.stringify(found.data[row.labelField] ?? null);
  }

  #create(change: Change, values: Data): number {
    const row = objectType(change.objectType);
    const data: Data = {};
    for (const field of row?.fields ?? []) {
      if (field.required === true && values[field.name] === undefined)
        throw new Error(`${change.key} lacks ${field.name}`);
      if (field.netboxDefault !== undefined && field.netboxDefault !== null) data[field.name] = field.netboxDefault;
    }
    const custom = customOf(values);
    const id = this.put(change.objectType, {
      ...data,
      ...plain(values),
      ...(custom === null ? {} : { custom_fields: custom }),
    });
    this.#checkUnique(change, id);
    return id;
  }

  #update(change: Change, id: number, values: Data): void {
    const before = this.get(change.objectType, id);
    const custom = customOf(values);
    const merged =
      custom === null ? {} : { custom_fields: { ...(before.custom_fields as JsonObject | undefined), ...custom } };
    this.#store(change.objectType, id, { ...before, ...plain(values), ...merged });
    this.#checkUnique(change, id);
  }

  #store(type: string, id: number, data: JsonObject): void {
    const before = this.objects.get(`${type}#${id}`);
    for (const key of before === undefined ? [] : keysOf(before)) this.#index.get(key)?.delete(id);
    const object = { objectType: type, id, url: `http://netbox/${type}/${id}/`, data, lastUpdated: null };
    this.objects.set(`${type}#${id}`, object);
    for (const key of keysOf(object)) {
      const list = this.#index.get(key) ?? new Map<number, Observed>();
      this.#index.set(key, list.set(id, object));
    }
  }

  /** NetBox's unique constraints: a plan that breaks one is wrong. */
  #checkUnique(change: Change, id: number): void {
    const row = objectType(change.objectType);
    const mine = this.objects.get(`${change.objectType}#${id}`);
    if (row === undefined || mine === undefined) return;
    for (const matcher of row.matchers) {
      if (!matcher.unique || matcher.fold?.includes('model') === true) continue;
      const key = matcherKey(row, matcher, knownOf(row, mine.data));
      if (key !== null && (this.#index.get(key)?.size ?? 0) > 1)
        throw new Error(`${change.key} breaks ${matcher.name}: ${key}`);
    }
  }
}

function keysOf(object: Observed): readonly string[] {
  return [...lookupKeys(object), `${object.objectType}|id=${object.id}`];
}

function plain(values: Data): Data {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('custom_fields.')));
}

function customOf(values: Data): Data | null {
  const entries = Object.entries(values).filter(([name]) => name.startsWith('custom_fields.'));
  return entries.length === 0 ? null : Object.fromEntries(entries.map(([name, value]) => [name.slice(14), value]));
}

function valuesOf(change: Change, late: boolean, ids: ReadonlyMap<string, number>): Data {
  const data: Data = {};
  for (const [name, field] of Object.entries(change.fields)) {
    if (field.verdict !== 'written' && field.verdict !== 'defaulted') continue;
    if (change.late.includes(name) === late) data[name] = resolved(field.to, ids);
  }
  return data;
}

function resolved(value: PlannedValue, ids: ReadonlyMap<string, number>): JsonValue {
  if (Array.isArray(value)) {
    const list: readonly JsonValue[] = value.map((one) => resolved(one, ids));
    return list.every((one) => typeof one === 'number') ? [...list].sort((a, b) => a - b) : list;
  }
  if (typeof value === 'object' && value !== null && '$change' in value) {
    const id = ids.get(String(value.$change));
    if (id === undefined) throw new Error(`${String(value.$change)} was not made before it was named`);
    return id;
  }
  return value as JsonValue;
}
