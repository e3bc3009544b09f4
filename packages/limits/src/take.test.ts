import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBucket } from './bucket.js';
import { take } from './take.js';
import { verdictOf } from './verdict.js';

const limit = fc.record({
  requestsPerMinute: fc.integer({ min: 1, max: 100_000 }),
  burstSize: fc.integer({ min: 1, max: 200 }),
});
const steps = fc.array(fc.integer({ min: 0, max: 30_000_000 }), { minLength: 1, maxLength: 80 });

/** The textbook: tokens that drip, counted as such; times the interval to stay in whole numbers. */
function textbook(bucket: ReturnType<typeof makeBucket>) {
  let tokensUs = bucket.roomUs;
  let last = 0;
  return {
    at(now: number): void {
      tokensUs = Math.min(bucket.roomUs, tokensUs + (now - last));
      last = now;
    },
    has: (): boolean => tokensUs >= bucket.intervalUs,
    spend(): void {
      tokensUs -= bucket.intervalUs;
    },
    tokens: (): number => tokensUs / bucket.intervalUs,
  };
}

describe('taking a token', () => {
  it('is what the textbook says of a token bucket, for several at once, all or nothing', () => {
    fc.assert(
      fc.property(fc.array(limit, { minLength: 1, maxLength: 4 }), steps, (limits, pauses) => {
        const buckets = limits.map((one, i) => makeBucket('endpoint', `/${i}`, one));
        const models = buckets.map(textbook);
        let state: readonly (number | undefined)[] = buckets.map(() => undefined);
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          for (const model of models) model.at(now);
          const result = take(buckets, state, now);
          state = result.fullAtUs;
          expect(result.taken).toBe(models.every((model) => model.has()));
          if (result.taken) for (const model of models) model.spend();
          const tokens = buckets.map((bucket, i) => (bucket.roomUs - result.lackUs[i]!) / bucket.intervalUs);
          expect(tokens).toEqual(models.map((model) => model.tokens()));
        }
      }),
    );
  });

  it('never lets more pass in any window than the burst and what came in it', () => {
    fc.assert(
      fc.property(limit, steps, (one, pauses) => {
        const bucket = makeBucket('global', '', one);
        let state: readonly (number | undefined)[] = [undefined];
        const passed: number[] = [];
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          const result = take([bucket], state, now);
          state = result.fullAtUs;
          if (result.taken) passed.push(now);
        }
        for (const [i, from] of passed.entries()) {
          for (const [j, to] of passed.entries()) {
            if (j < i) continue;
            expect(j - i + 1).toBeLessThanOrEqual(one.burstSize + ((to - from) * one.requestsPerMinute) / 60_000_000);
          }
        }
      }),
    );
  });

  it('lets a refused request pass after the wait it was told, and not a millisecond before', () => {
    fc.assert(
      fc.property(limit, (one) => {
        const bucket = makeBucket('client', 'a', one);
        const start = 1_000_000_000_000;
        let state: readonly (number | undefined)[] = [undefined];
        for (let i = 0; i < one.burstSize; i += 1) state = take([bucket], state, start).fullAtUs;
        const verdict = verdictOf([bucket], take([bucket], state, start));
        if (verdict.kind !== 'refused') throw new Error('the bucket should be empty');
        expect(take([bucket], state, start + verdict.waitMs * 1000).taken).toBe(true);
        expect(take([bucket], state, start + (verdict.waitMs - 1) * 1000).taken).toBe(false);
      }),
    );
  });

  it('survives a clock that goes back, and a limit that was lowered: never more than a bucket is lacking', () => {
    const bucket = makeBucket('global', '', { requestsPerMinute: 60, burstSize: 2 });
    const { taken, lackUs } = take([bucket], [9_000_000_000], 0);
    expect({ taken, lackUs }).toEqual({ taken: false, lackUs: [2_000_000] });
    expect(take([bucket], [9_000_000_000], 0).fullAtUs).toEqual([9_000_000_000]);
  });
});
