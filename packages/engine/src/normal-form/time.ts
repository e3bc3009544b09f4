import type { JsonValue } from '@diode/protocol';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i;

export function normalizeDate(value: JsonValue): Normalized {
  if (typeof value === 'string' && DATE.test(value) && instantOf(`${value}T00:00:00Z`) !== null) return normal(value);
  return invalid(`${excerpt(value)} is not a date`, 'Send a date such as 2026-01-31.');
}

export function normalizeDatetime(value: JsonValue): Normalized {
  const instant = typeof value === 'string' ? instantOf(value) : null;
  if (instant === null)
    return invalid(`${excerpt(value)} is not a moment`, 'Send a time such as 2026-01-31T12:00:00Z.');
  return normal(new Date(instant).toISOString());
}

/** Epoch milliseconds of a moment with its zone; null for any other text. */
export function instantOf(text: string): number | null {
  if (!MOMENT.test(text)) return null;
  const instant = Date.parse(text.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(instant) ? null : instant;
}
