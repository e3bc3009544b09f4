import type { Change, ChangeRef, PlannedValue } from '@diode/engine';
import { isJsonObject, type JsonValue } from '@diode/protocol';

/** True for `{ $change: key }`. */
export function isChangeRef(value: unknown): value is ChangeRef {
  return typeof value === 'object' && value !== null && '$change' in value && typeof value.$change === 'string';
}

/** Keys of the changes a value names, however deep. */
export function refsIn(value: PlannedValue): readonly string[] {
  if (isChangeRef(value)) return [value.$change];
  if (Array.isArray(value)) return value.flatMap((item: PlannedValue) => refsIn(item));
  if (isJsonObject(value)) return Object.values(value).flatMap((item) => refsIn(item));
  return [];
}

/** The value with ids in place of references; `undefined` when one of them has no id yet. */
export function resolved(value: PlannedValue, idOf: (key: string) => number | null): JsonValue | undefined {
  if (isChangeRef(value)) return idOf(value.$change) ?? undefined;
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value as readonly PlannedValue[]) {
      const one = resolved(item, idOf);
      if (one === undefined) return undefined;
      items.push(one);
    }
    return items;
  }
  if (isJsonObject(value)) {
    const entries: [string, JsonValue][] = [];
    for (const [key, item] of Object.entries(value)) {
      const one = resolved(item, idOf);
      if (one === undefined) return undefined;
      entries.push([key, one]);
    }
    return Object.fromEntries(entries);
  }
  return value as JsonValue;
}

/** Fields of a change that are sent: at once, or in the second write. */
export function sentFields(change: Change, when: 'now' | 'late'): readonly (readonly [string, PlannedValue])[] {
  return Object.entries(change.fields)
    .filter(
      ([name, plan]) =>
        (plan.verdict === 'written' || plan.verdict === 'defaulted') &&
        change.late.includes(name) === (when === 'late'),
    )
    .map(([name, plan]) => [name, plan.to] as const);
}

/** Changes a write of these fields waits for; a change does not wait for itself. */
export function needsOf(change: Change, fields: readonly (readonly [string, PlannedValue])[]): readonly string[] {
  return [...new Set(fields.flatMap(([, value]) => refsIn(value)))].filter((key) => key !== change.key);
}
