/** Never wait longer than this for one answer; a server that wants more is asked again meanwhile. */
export const MAX_PAUSE_MS = 60_000;

/** The `Retry-After` header, seconds or an HTTP date → milliseconds from `nowMs`, within 0 and {@link MAX_PAUSE_MS}; null without a usable one. */
export function readRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null || header.trim() === '') return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_PAUSE_MS);
}
