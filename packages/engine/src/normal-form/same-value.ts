import type { JsonValue } from '@diode/protocol';
import { toNumber } from './number.js';
import { instantOf } from './time.js';

/** Equality of normal forms. */
export function sameValue(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return (a as readonly JsonValue[]).every((item, index) => sameValue(item, b[index] as JsonValue));
  }
  const left = Object.entries(a);
  if (left.length !== Object.keys(b).length) return false;
  return left.every(
    ([key, value]) => Object.hasOwn(b, key) && sameValue(value, (b as Record<string, JsonValue>)[key] ?? null),
  );
}

/**
 * Equality of custom-field values. NetBox keeps a decimal as it was written (`"1.50"`) and a moment with its own zone (facts/netbox.md §5.5), so
 * numbers are compared as numbers and moments as moments; lists of choices and objects have no order.
 */
export function sameCustomValue(a: JsonValue, b: JsonValue): boolean {
  if (sameValue(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return sameValue(sorted(a), sorted(b));
  if (typeof a === 'number' || typeof b === 'number') {
    const left = toNumber(a);
    return left !== null && left === toNumber(b);
  }
  if (typeof a === 'string' && typeof b === 'string') {
    const left = instantOf(a);
    return left !== null && left === instantOf(b);
  }
  return false;
}

function sorted(list: readonly JsonValue[]): readonly JsonValue[] {
  return [...list].sort((a, b) => {
    const left = JSON.stringify(a);
    const right = JSON.stringify(b);
    return left < right ? -1 : left > right ? 1 : 0;
  });
}
