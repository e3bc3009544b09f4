import { randomBytes } from 'node:crypto';

/**
 * Ids of tokens (`jti`): UUIDv7 that only ever rise, within a millisecond and across a clock set back.
 * So "every token of this client issued until now" is one id to compare with, not a list.
 */
export interface TokenIds {
  next(): string;
}

/** `after`: no id will be at or below this one (the highest a former process used as a mark). */
export function makeTokenIds(now: () => number, after = ''): TokenIds {
  let lastMs = after === '' ? 0 : Number.parseInt(after.replaceAll('-', '').slice(0, 12), 16) + 1;
  let sequence = -1;
  return {
    next() {
      const nowMs = now();
      if (nowMs > lastMs) {
        lastMs = nowMs;
        sequence = 0;
      } else if (sequence < 0xfff) {
        sequence += 1;
      } else {
        lastMs += 1;
        sequence = 0;
      }
      const time = lastMs.toString(16).padStart(12, '0');
      const tail = randomBytes(8);
      tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
      const random = tail.toString('hex');
      return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-${random.slice(0, 4)}-${random.slice(4)}`;
    },
  };
}
