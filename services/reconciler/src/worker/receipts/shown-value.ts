import type { ObjectTypeRow } from '@diode/catalogue';
import type { Change, Plan, PlannedValue } from '@diode/engine';
import type { JsonValue } from '@diode/protocol';
import { isChangeRef, resolved } from '../apply/references.js';
import type { SeenObjects } from '../identity/seen-objects.js';

/** A field's value before or after, as a receipt shows it. `idOf` gives ids of what the plan makes. */
export type Show = (o: {
  readonly change: Change;
  readonly name: string;
  readonly side: 'from' | 'to';
  readonly idOf: (key: string) => number | null;
}) => JsonValue;

/** The words for the values of one plan. */
export type ShowFor = (plan: Plan) => Show;

/**
 * References are shown as `{id, display}`, `id` null for what is not made yet; an id nobody met stays a number. No question is asked for a word: what an attempt
 * read to decide is what it can name.
 */
export function makeShowFor(deps: {
  readonly rowOf: (objectType: string) => ObjectTypeRow | undefined;
  readonly seen: SeenObjects;
}): ShowFor {
  return (plan) => {
    let byKey: ReadonlyMap<string, Change> | null = null;
    const planned = (key: string): Change | undefined => {
      byKey ??= new Map(plan.changes.map((change) => [change.key, change]));
      return byKey.get(key);
    };
    return ({ change, name, side, idOf }) => {
      const value = change.fields[name]?.[side] ?? null;
      const type = value === null ? null : targetType(deps.rowOf(change.objectType), change, name, side);
      if (type === null) return resolved(value, idOf) ?? (JSON.parse(JSON.stringify(value)) as JsonValue);
      const reference = (one: PlannedValue): JsonValue => {
        const id = isChangeRef(one) ? idOf(one.$change) : one;
        const known = typeof id === 'number' ? deps.seen.labelOf(type, id) : null;
        const display = known ?? (isChangeRef(one) ? (planned(one.$change)?.label ?? wordOf(one.$change)) : null);
        return display === null ? (resolved(one, idOf) ?? null) : { id: typeof id === 'number' ? id : null, display };
      };
      return Array.isArray(value) ? value.map((one: PlannedValue) => reference(one)) : reference(value);
    };
  };
}

/** Of an object that is not made after all, because nobody who needs it goes ahead: the value its key ends with. */
function wordOf(key: string): string {
  return key.slice(Math.max(key.lastIndexOf('='), key.lastIndexOf('|')) + 1);
}

/** Reference fields of a change with ids nobody met: what the mirror may be asked for by id. */
export function unnamed(
  plan: Plan,
  deps: {
    readonly rowOf: (objectType: string) => ObjectTypeRow | undefined;
    readonly seen: SeenObjects;
  },
): readonly { readonly objectType: string; readonly id: number }[] {
  return plan.changes
    .filter((change) => change.action === 'update')
    .flatMap((change) =>
      Object.entries(change.fields).flatMap(([name, field]) => {
        const ids = [field.from].flat().filter((id) => typeof id === 'number');
        const objectType = ids.length === 0 ? null : targetType(deps.rowOf(change.objectType), change, name, 'from');
        if (objectType === null) return [];
        return ids.filter((id) => !deps.seen.has(objectType, id)).map((id) => ({ objectType, id }));
      }),
    );
}

/** The type a field refers to; null for fields that are no reference. Of a pair, `<name>_id` is one. */
function targetType(row: ObjectTypeRow | undefined, change: Change, name: string, side: 'from' | 'to'): string | null {
  const field = row?.fields.find((one) => one.name === name);
  if (field?.kind === 'reference' || field?.kind === 'references') return field.to?.[0] ?? null;
  const base = name.endsWith('_id') ? name.slice(0, -'_id'.length) : null;
  if (base === null || row?.fields.some((one) => one.name === base && one.kind === 'generic_reference') !== true) {
    return null;
  }
  const type = change.fields[`${base}_type`]?.[side];
  return typeof type === 'string' ? type : null;
}
