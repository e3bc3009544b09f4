import { makeBucket, take } from '@diode/limits';
import { freshRedisPrefix, leakCheck } from '@diode/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { TAKE, TAKE_AT } from '../src/rate/script.js';

leakCheck({ per: 'file' });

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});
afterAll(() => redis.quit());

/** Of the size of today's. */
const START_US = 1_795_000_000_000_000;

it('the script and the arithmetic in TypeScript agree to the microsecond, whatever the limits and the clock do', async () => {
  const limit = fc.record({
    requestsPerMinute: fc.integer({ min: 1, max: 1_000_000 }),
    burstSize: fc.integer({ min: 1, max: 1_000 }),
  });
  const pauses = fc.array(fc.integer({ min: -2_000_000, max: 20_000_000 }), { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(fc.array(limit, { minLength: 1, maxLength: 4 }), pauses, async (limits, steps) => {
      const buckets = limits.map((one, i) => makeBucket('endpoint', String(i), one));
      const prefix = freshRedisPrefix();
      const keys = buckets.map((bucket) => prefix + bucket.id);
      const numbers = buckets.flatMap((bucket) => [bucket.intervalUs, bucket.roomUs]);
      let state: readonly (number | undefined)[] = buckets.map(() => undefined);
      let now = START_US;
      for (const step of steps) {
        now += step;
        const ours = take(buckets, state, now);
        state = ours.fullAtUs;
        const theirs = await redis.eval(TAKE_AT, keys.length, ...keys, ...numbers, now);
        expect(theirs).toEqual([ours.taken ? 1 : 0, ...ours.lackUs]);
      }
      await redis.del(...keys);
    }),
    { numRuns: 60 },
  );
});

it('a bucket is forgotten when it is full again, and not before', async () => {
  const { intervalUs, roomUs } = makeBucket('client', 'a', { requestsPerMinute: 30, burstSize: 5 });
  const key = `${freshRedisPrefix()}bucket`;
  expect(await redis.eval(TAKE, 1, key, intervalUs, roomUs)).toEqual([1, 2_000_000]);
  const left = await redis.pttl(key);
  expect(left).toBeGreaterThan(1_000);
  expect(left).toBeLessThanOrEqual(2_000);
});
