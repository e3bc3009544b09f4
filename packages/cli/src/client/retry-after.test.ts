import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_PAUSE_MS, readRetryAfter } from './retry-after.js';

it('reads seconds and dates, bounded', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  const read = (header: string | null) => readRetryAfter(header, now);
  expect(['2', '0', '-5', '86400', 'Sat, 31 Jan 2026 12:00:03 GMT', 'soon', '', null].map(read)).toEqual([
    2_000,
    0,
    0,
    MAX_PAUSE_MS,
    3_000,
    null,
    null,
    null,
  ]);
});

it('never gives a pause that is not one', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const ms = readRetryAfter(header, 0);
      expect(ms === null || (ms >= 0 && ms <= MAX_PAUSE_MS)).toBe(true);
    }),
  );
});
