import { makeBucket, take } from '@diode/limits';
import { freshRedisPrefix, leakCheck } from '@diode/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { makeBatch, readAnswers } from '../src/rate/batch.js';
import { TAKE, TAKE_AT } from '../src/rate/script.js';

leakCheck({ per: 'file' });

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});
afterAll(() => redis.quit());

/** Of the size of today's. */
const START_US = 1_795_000_000_000_000;

it('the script and the arithmetic in TypeScript agree to the microsecond, whatever the limits, the requests and the clock do', async () => {
  const limit = fc.record({
    requestsPerMinute: fc.integer({ min: 1, max: 1_000_000 }),
    burstSize: fc.integer({ min: 1, max: 1_000 }),
  });
  const turns = fc.array(
    fc.record({
      pauseUs: fc.integer({ min: -2_000_000, max: 20_000_000 }),
      // Requests that ask together, each for some of the buckets.
      requests: fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(limit, { minLength: 4, maxLength: 4 }), turns, async (limits, steps) => {
      const all = limits.map((one, i) => makeBucket('endpoint', String(i), one));
      const prefix = freshRedisPrefix();
      let state: readonly (number | undefined)[] = all.map(() => undefined);
      let now = START_US;
      for (const { pauseUs, requests } of steps) {
        now += pauseUs;
        const asked = requests.map((mask) => all.filter((_, i) => (mask & (1 << i)) !== 0));
        const ours = asked.map((buckets) => {
          const at = buckets.map((bucket) => Number(bucket.id));
          const result = take(
            buckets,
            at.map((i) => state[i]),
            now,
          );
          state = state.map((full, i) => (at.includes(i) ? result.fullAtUs[at.indexOf(i)] : full));
          return { taken: result.taken, lackUs: result.lackUs };
        });
        const { keys, numbers } = makeBatch(asked, (bucket) => prefix + bucket.id);
        const answer = await redis.eval(TAKE_AT, keys.length, ...keys, ...numbers, now);
        expect(readAnswers(asked, answer)).toEqual(ours);
      }
      await redis.del(...all.map((bucket) => prefix + bucket.id));
    }),
    { numRuns: 50 },
  );
});

it('a bucket is forgotten when it is full again, and not before', async () => {
  const { intervalUs, roomUs } = makeBucket('client', 'a', { requestsPerMinute: 30, burstSize: 5 });
  const key = `${freshRedisPrefix()}bucket`;
  expect(await redis.eval(TAKE, 1, key, intervalUs, roomUs, 1, 1)).toEqual([1, 2_000_000]);
  const left = await redis.pttl(key);
  expect(left).toBeGreaterThan(1_000);
  expect(left).toBeLessThanOrEqual(2_000);
});
