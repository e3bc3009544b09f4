import { randomFillSync } from 'node:crypto';

/** Random bytes are drawn for many ids at once: one by one they would cost as much as reading the request. */
const POOL = Buffer.alloc(16 * 256);
let at = POOL.length;

/** A UUID of RFC 9562 version 7: 48 bits of epoch milliseconds, then random. The order of sync and change ids is that of time. */
export function uuidv7(millis: number = Date.now()): string {
  if (at === POOL.length) {
    randomFillSync(POOL);
    at = 0;
  }
  const bytes = POOL.subarray(at, at + 16);
  at += 16;
  bytes.writeUIntBE(millis, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
