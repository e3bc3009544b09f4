export type ParsedTimestamp =
  | { readonly kind: 'ok'; readonly utc: string; readonly naive: boolean }
  | { readonly kind: 'invalid'; readonly detail: string };

const SHAPE = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|z|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads an RFC 3339 time, or one without a zone (Python's `datetime.now().isoformat()`), which is taken as UTC.
 * Gives milliseconds precision with `Z`.
 */
export function parseTimestamp(value: unknown): ParsedTimestamp {
  if (typeof value !== 'string')
    return { kind: 'invalid', detail: 'a timestamp is a string such as 2026-01-31T12:00:00Z' };
  const match = SHAPE.exec(value.trim());
  if (!match) return { kind: 'invalid', detail: `"${value.slice(0, 64)}" is not an RFC 3339 time` };
  const [, date, time, zone] = match;
  const offset = zone === undefined ? 'Z' : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2').toUpperCase();
  const millis = Date.parse(`${date}T${time}${offset}`);
  if (Number.isNaN(millis) || !sameDay(date ?? ''))
    return { kind: 'invalid', detail: `"${value.slice(0, 64)}" is not a date of the calendar` };
  return { kind: 'ok', utc: new Date(millis).toISOString(), naive: zone === undefined };
}

/** Date.parse turns 2026-02-30 into March; refuse it. */
function sameDay(date: string): boolean {
  const millis = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(date);
}
