import { isRaw } from './raw-message.js';

/** The last instant RFC 3339 can write. */
const LATEST_SECONDS = 253_402_300_799n;
const EARLIEST_SECONDS = -62_135_596_800n;

/**
 * A Timestamp as RFC 3339 in UTC with milliseconds; null for the zero value (present and empty, or 1970 to the second: nothing
 * was observed then) and for what lies outside the calendar.
 */
export function instantOf(timestamp: unknown): string | null {
  if (!isRaw(timestamp)) return null;
  const { seconds, nanos } = timestamp;
  if (typeof seconds !== 'bigint' || typeof nanos !== 'number') return null;
  if ((seconds === 0n && nanos === 0) || seconds > LATEST_SECONDS || seconds < EARLIEST_SECONDS) return null;
  const millis = Number(seconds) * 1000 + Math.floor(Math.min(Math.max(nanos, 0), 999_999_999) / 1_000_000);
  return new Date(millis).toISOString();
}

/** Outside entities a Timestamp stands for a date in NetBox (`install_date`, `end_of_life`); the zero value clears. */
export function calendarDate(timestamp: unknown): string | null {
  return instantOf(timestamp)?.slice(0, 10) ?? null;
}
