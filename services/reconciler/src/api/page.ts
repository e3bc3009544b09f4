import { DiodeError } from '@diode/protocol';

/** Receipts on one page of a sync. */
export const PAGE = { default: 100, max: 1_000 } as const;

type Query = Readonly<Record<string, unknown>>;

/** `?limit=`, 1 to `max`. Throws DiodeError `invalid_parameter`. */
export function readLimit(query: Query, o: { readonly default: number; readonly max: number }): number {
  const value = query.limit;
  if (value === undefined) return o.default;
  const limit = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (limit >= 1 && limit <= o.max) return limit;
  throw new DiodeError('invalid_parameter', { detail: `limit is a number from 1 to ${o.max}` });
}

/** `?cursor=`, opaque: what `next` of the page before said. */
export function readCursor(query: Query): string | null {
  const value = query.cursor;
  if (value === undefined || value === '') return null;
  if (typeof value === 'string' && value.length <= 200) return value;
  throw new DiodeError('invalid_parameter', { detail: 'cursor is the `next` of the page before' });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A sync id, or null: what is no UUID names no sync. */
export function readSyncId(text: string): string | null {
  return UUID.test(text) ? text.toLowerCase() : null;
}
