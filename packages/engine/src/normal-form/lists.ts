import { isJsonObject, type JsonValue } from '@diode/protocol';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';
import { toNumber } from './number.js';

const BY_NUMBER = (a: number, b: number): number => a - b;

/** Order says nothing: sorted, each once. */
export function normalizeTexts(value: JsonValue): Normalized {
  if (!Array.isArray(value)) return invalid(`${excerpt(value)} is not a list`, 'Send a list of strings.');
  const texts: string[] = [];
  for (const item of value as readonly JsonValue[]) {
    if (typeof item !== 'string') return invalid(`${excerpt(item)} is not text`, 'Send a list of strings.');
    texts.push(item.trim());
  }
  return normal([...new Set(texts)].sort());
}

export function normalizeIntegers(value: JsonValue): Normalized {
  if (!Array.isArray(value)) return invalid(`${excerpt(value)} is not a list`, 'Send a list of whole numbers.');
  const numbers: number[] = [];
  for (const item of value as readonly JsonValue[]) {
    const number = toNumber(item);
    if (number === null || !Number.isSafeInteger(number)) {
      return invalid(`${excerpt(item)} is not a whole number`, 'Send a list of whole numbers.');
    }
    numbers.push(number);
  }
  return normal([...new Set(numbers)].sort(BY_NUMBER));
}

/** `[[lo, hi], …]`, both inclusive; `{start, end}` is taken too. Sorted by their beginning. */
export function normalizeRanges(value: JsonValue): Normalized {
  const remedy = 'Send a list of pairs: [[1, 100], [200, 299]].';
  if (!Array.isArray(value)) return invalid(`${excerpt(value)} is not a list`, remedy);
  const ranges: (readonly [number, number])[] = [];
  for (const item of value as readonly JsonValue[]) {
    const pair: readonly JsonValue[] = Array.isArray(item)
      ? (item as readonly JsonValue[])
      : isJsonObject(item)
        ? [item.start ?? null, item.end ?? null]
        : [];
    const low = toNumber(pair[0] ?? null);
    const high = toNumber(pair[1] ?? null);
    if (pair.length !== 2 || low === null || high === null || low > high)
      return invalid(`${excerpt(item)} is no range`, remedy);
    ranges.push([low, high]);
  }
  return normal(ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
}
