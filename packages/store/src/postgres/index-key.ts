import { createHash } from 'node:crypto';

/** A B-tree entry holds at most about 2,700 bytes, and a key has columns beside it. */
const MAX_INDEXED_BYTES = 1_000;

/**
 * A client's or NetBox's string as an indexed text column holds it: NUL and lone surrogates escaped as JSON does, so that
 * different strings stay different, and very long ones by their digest, so that no body can make an insert fail.
 */
export function indexKey(value: string): string {
  const escaped = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"');
  if (Buffer.byteLength(escaped) <= MAX_INDEXED_BYTES) return escaped;
  return `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex')}`;
}
