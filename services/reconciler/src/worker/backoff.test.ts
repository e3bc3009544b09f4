import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

describe('back-off', () => {
  it('doubles up to its cap and takes at least half', () => {
    const at = (attempts: number, random: number) => backoffMs({ attempts, firstMs: 100, maxMs: 1_000, random });
    expect([0, 1, 2, 3, 4, 99].map((attempts) => at(attempts, 0))).toEqual([50, 100, 200, 400, 500, 500]);
    expect([0, 1, 4].map((attempts) => at(attempts, 0.999))).toEqual([100, 200, 1_000]);
  });

  it('never waits longer than its cap, whatever NetBox asks for', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.nat(1_000_000),
        (attempts, random, atLeastMs) => {
          const ms = backoffMs({ attempts, firstMs: 500, maxMs: 60_000, random, atLeastMs });
          expect(ms).toBeLessThanOrEqual(60_000);
          expect(ms).toBeGreaterThanOrEqual(Math.min(atLeastMs, 60_000));
        },
      ),
    );
  });
});
