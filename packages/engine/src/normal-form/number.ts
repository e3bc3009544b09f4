import type { FieldRow } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';

/** Numbers and numeric strings (typed clients send 64-bit integers as text); null for anything else. */
export function toNumber(value: JsonValue): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.length > 40 || !/^\s*[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?\s*$/.test(value))
    return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

export function normalizeNumber(field: FieldRow, value: JsonValue): Normalized {
  const number = toNumber(value);
  if (number === null) return invalid(`${excerpt(value)} is not a number`, 'Send a number.');
  if (field.kind === 'integer' && !Number.isSafeInteger(number)) {
    return invalid(`${excerpt(value)} is not a whole number`, 'Send a whole number.');
  }
  if (field.min !== undefined && number < field.min) return invalid(`${number} is below ${field.min}`, range(field));
  if (field.max !== undefined && number > field.max) return invalid(`${number} is above ${field.max}`, range(field));
  return normal(field.decimalPlaces === undefined ? number + 0 : rounded(number, field.decimalPlaces));
}

/** NetBox refuses more places than it keeps (facts/netbox.md §5.3); what a sensor sends beyond them is noise. */
function rounded(number: number, places: number): number {
  if (Math.abs(number) >= 1e15) return number;
  return Number(number.toFixed(places)) + 0;
}

function range(field: FieldRow): string {
  if (field.min !== undefined && field.max !== undefined) return `Send a number from ${field.min} to ${field.max}.`;
  return field.min !== undefined ? `Send a number of at least ${field.min}.` : `Send a number of at most ${field.max}.`;
}
