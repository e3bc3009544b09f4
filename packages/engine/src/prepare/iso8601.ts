import type { JsonValue } from '@diode/protocol';

const SHAPE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** Seconds since 1970 reach this in the year 5138; above it a number is taken for milliseconds. */
const SECONDS_BELOW = 100_000_000_000;

/** Years of four digits are all that RFC 3339 and NetBox know. */
const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');
const YEAR_10000 = Date.UTC(10_000, 0, 1);

/**
 * A moment as RFC 3339 in UTC with `Z` (`2026-01-02T03:04:05Z`, milliseconds only when there are any), or null when the
 * value names no moment. Takes ISO 8601 text, a zone missing meaning UTC, and Unix time in seconds or milliseconds.
 */
export function toIso8601(value: JsonValue): string | null {
  if (typeof value === 'number') return fromMillis(Math.abs(value) < SECONDS_BELOW ? value * 1000 : value);
  if (typeof value !== 'string') return null;
  const match = SHAPE.exec(value.trim());
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    match;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  const read = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}${isoZone(zone)}`);
  // Date.parse turns 31 February into 3 March; a date that does not exist is no moment.
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return null;
  return fromMillis(read);
}

function isoZone(zone: string): string {
  if (zone === 'Z' || zone === 'z') return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone.charAt(0)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

function fromMillis(millis: number): string | null {
  if (!Number.isFinite(millis) || millis < YEAR_1 || millis >= YEAR_10000) return null;
  const text = new Date(Math.trunc(millis)).toISOString();
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}
