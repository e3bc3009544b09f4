import { fieldOf, type ObjectTypeRow, objectType } from '@diode/catalogue';
import { observe } from '@diode/engine';
import { pagesOf, type Transport } from '@diode/netbox';
import type { JsonObject, JsonValue } from '@diode/protocol';

/** Ids in one question: 100 ids of seven digits stay below gunicorn's 4,094 bytes. */
const IDS_AT_ONCE = 100;
/** Regions in regions: below what the ingester and the engine take. */
const DEEPEST = 8;
/** What NetBox makes of names; they say less to people, and an import makes them again. */
const SECOND_CHOICE: ReadonlySet<string> = new Set(['slug', 'asset_tag', 'serial']);

/** Objects that others refer to, described by what they are known by: `{name, site: {name}}` for a device. */
export interface References {
  /** Reads what is not known yet of these, and of what they hang on, in bulk. */
  fetch(wanted: readonly Wanted[]): Promise<void>;
  /** null for an object that is not there (any more), or that nothing identifies. */
  describe(type: string, id: number): JsonObject | null;
}

export interface Wanted {
  readonly type: string;
  readonly id: number;
}

export function makeReferences(transport: Transport): References {
  const known = new Map<string, Map<number, JsonObject | null>>();
  const of = (type: string): Map<number, JsonObject | null> => {
    const found = known.get(type) ?? new Map<number, JsonObject | null>();
    known.set(type, found);
    return found;
  };

  async function read(row: ObjectTypeRow, ids: readonly number[]): Promise<readonly JsonObject[]> {
    const found = of(row.name);
    const fetched: JsonObject[] = [];
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      const some = ids.slice(at, at + IDS_AT_ONCE);
      for (const id of some) found.set(id, null);
      const query = `${some.map((id) => `id=${id}`).join('&')}&fields=${identityFields(row)}`;
      for await (const page of pagesOf(transport, row.endpoint, query))
        for (const raw of page ?? []) {
          const { id, data } = observe(row, raw);
          found.set(id, data);
          fetched.push(data);
        }
    }
    return fetched;
  }

  const describe = (type: string, id: number, depth: number): JsonObject | null => {
    const row = objectType(type);
    const data = known.get(type)?.get(id);
    if (row === undefined || data === undefined || data === null) return null;
    const described: Record<string, JsonValue> = {};
    for (const name of identityOf(row, data)) {
      const value = inWords(row, name, data, depth);
      if (value !== null) described[name] = value;
    }
    return Object.keys(described).length === 0 ? null : described;
  };

  const inWords = (row: ObjectTypeRow, name: string, data: JsonObject, depth: number): JsonValue => {
    const wanted = wantedOf(row, name, data)[0];
    if (wanted === undefined) return data[name] ?? null;
    const target = depth >= DEEPEST ? null : describe(wanted.type, wanted.id, depth + 1);
    return target === null || fieldOf(row, name)?.kind !== 'generic_reference'
      ? target
      : { [wanted.type.slice(wanted.type.indexOf('.') + 1)]: target };
  };

  return {
    async fetch(wanted) {
      let open = wanted;
      while (open.length > 0) {
        const missing = new Map<string, Set<number>>();
        for (const { type, id } of open)
          if (!of(type).has(id)) missing.set(type, (missing.get(type) ?? new Set<number>()).add(id));
        const next: Wanted[] = [];
        for (const [type, ids] of missing) {
          const row = objectType(type);
          if (row === undefined) continue;
          for (const data of await read(row, [...ids]))
            for (const name of identityOf(row, data)) next.push(...wantedOf(row, name, data));
        }
        open = next;
      }
    },
    describe: (type, id) => describe(type, id, 0),
  };
}

/** What a field of an observed object refers to. */
export function wantedOf(row: ObjectTypeRow, name: string, data: JsonObject): readonly Wanted[] {
  const field = fieldOf(row, name);
  if (field?.kind === 'generic_reference') {
    const type = data[`${name}_type`];
    const id = data[`${name}_id`];
    return typeof type === 'string' && typeof id === 'number' ? [{ type, id }] : [];
  }
  const [type] = field?.to ?? [];
  if (type === undefined || (field?.kind !== 'reference' && field?.kind !== 'references')) return [];
  const value = data[name];
  const ids = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  return ids.filter((id) => typeof id === 'number').map((id) => ({ type, id }));
}

/**
 * The fields an object is known by: those of its strongest matcher that holds, without slugs and tags of assets while names do, with the name, and
 * with what tells it from others of that name (a VRF's rd).
 */
export function identityOf(row: ObjectTypeRow, data: JsonObject): readonly string[] {
  const has = (name: string): boolean =>
    fieldOf(row, name)?.kind === 'generic_reference' ? (data[`${name}_id`] ?? null) !== null : !isEmpty(data[name]);
  const holds = row.matchers.filter(({ fields, nullOk }) =>
    fields.every((name) => has(name) || nullOk?.includes(name) === true),
  );
  const best =
    holds.find(({ fields }) => !fields.some((name) => SECOND_CHOICE.has(name))) ??
    holds.find(({ fields }) => fields.some((name) => has(name)));
  if (best === undefined) return [];
  const names = [...best.fields, row.labelField, ...(best.unlessDiffers ?? []), ...(best.prefer ?? [])];
  return [...new Set(names)].filter((name) => has(name) && name !== 'role');
}

function isEmpty(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '';
}

/** For `fields=`: all that identity may need. */
function identityFields(row: ObjectTypeRow): string {
  const names = row.matchers.flatMap((m) => [...m.fields, ...(m.unlessDiffers ?? []), ...(m.prefer ?? [])]);
  return ['id', ...new Set([...names, row.labelField].flatMap((name) => partsOf(row, name)))].join(',');
}

/** A generic reference is read as its pair of fields. */
export function partsOf(row: ObjectTypeRow, name: string): readonly string[] {
  return fieldOf(row, name)?.kind === 'generic_reference' ? [`${name}_type`, `${name}_id`] : [name];
}
