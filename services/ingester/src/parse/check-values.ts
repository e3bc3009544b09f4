import { isJsonObject, type JsonValue, type ProblemItem } from '@diode/protocol';
import type { IngestLimits } from '../limits.js';

/** Keys that would reach an object's prototype somewhere down the way. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** RFC 6901. */
export function pointerTo(base: string, key: string | number): string {
  return `${base}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Finds the first value in `data` that is too deep, too long, too many, not allowed or would not be kept as it is; null when all is well. */
export function checkValues(data: JsonValue, pointer: string, limits: IngestLimits): ProblemItem | null {
  let values = 0;
  const walk = (value: JsonValue, at: string, depth: number): ProblemItem | null => {
    values += 1;
    if (values > limits.values)
      return problem(at, 'too_many_values', `more than ${limits.values} values in one entity`);
    if (typeof value === 'string') {
      if (value.length > limits.stringLength) {
        return problem(
          at,
          'string_too_long',
          `a string of ${value.length} characters; the limit is ${limits.stringLength}`,
        );
      }
      return null;
    }
    if (typeof value === 'number') return isExact(value) ? null : notExact(at);
    if (typeof value !== 'object' || value === null) return null;
    if (depth >= limits.depth) return problem(at, 'too_deep', `more than ${limits.depth} levels of nesting`);
    if (!isJsonObject(value)) {
      for (let i = 0; i < value.length; i += 1) {
        const found = walk(value[i] ?? null, pointerTo(at, i), depth + 1);
        if (found) return found;
      }
      return null;
    }
    for (const key of Object.keys(value)) {
      if (FORBIDDEN_KEYS.has(key))
        return problem(pointerTo(at, key), 'key_not_allowed', `the key "${key}" is not allowed`);
      const found = walk(value[key] ?? null, pointerTo(at, key), depth + 1);
      if (found) return found;
    }
    return null;
  };
  return walk(data, pointer, 0);
}

/** JSON has larger numbers than a double keeps: `1e999` would be stored as null, which clears, and a long serial number with other digits. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function notExact(pointer: string): ProblemItem {
  const detail = 'a number too large to be kept digit by digit';
  return { pointer, code: 'number_not_exact', detail, remedy: 'Send it as text: "12345678901234567890".' };
}

function problem(pointer: string, code: string, detail: string): ProblemItem {
  return { pointer, code, detail, remedy: 'Send a smaller or simpler entity; the limits are in config/ingester.yml.' };
}
