import { createHash } from 'node:crypto';
import type { Bucket, RateStore, Take } from '@diode/limits';
import type { Redis } from 'ioredis';
import { connect, untilReady } from '../connect.js';
import { queueKeys } from '../keys.js';
import { makeBreaker } from './breaker.js';
import { inTime } from './in-time.js';
import { TAKE } from './script.js';

const TIMEOUT_MS = 50;
const HASH = createHash('sha1').update(TAKE).digest('hex');

export interface RateStoreOptions {
  readonly redisUrl: string;
  /** `diode:` by default; tests use their own. */
  readonly prefix: string;
  /** A request waits this long for its count at most; then it passes uncounted. Default 50. */
  readonly timeoutMs?: number;
  /** Limits are suspended (`open`) because Redis does not answer, or in force again. Told once a change. */
  readonly onChange: (open: boolean, error: unknown) => void;
}

/**
 * The buckets, in Redis, shared by every instance. One script and one round trip a request, on a connection of its own; requests of one turn
 * of the event loop share a packet and none waits for another. Redis away or slow means null, at once once that is known (I2: Redis
 * may be wiped, cut or silent at any moment). A bucket that is wiped is full.
 */
export async function openRateStore(o: RateStoreOptions): Promise<RateStore & { close(): void }> {
  const keys = queueKeys(o.prefix);
  const redis = connect(o.redisUrl, { blocking: false });
  const run = scriptOn(redis);
  const breaker = makeBreaker({
    now: () => performance.now(),
    onChange(open, error) {
      // What is silent may be a host that is gone: only a new connection finds that out before TCP does.
      if (open) redis.disconnect(true);
      o.onChange(open, error);
    },
  });
  await untilReady(redis);
  await redis.script('LOAD', TAKE).catch(() => undefined);
  return {
    async take(buckets) {
      if (!breaker.mayAsk()) return null;
      try {
        const names = buckets.map((bucket) => keys.bucket(bucket.kind, bucket.id));
        const answer = await inTime(run(names, buckets.flatMap(numbersOf)), o.timeoutMs ?? TIMEOUT_MS);
        breaker.succeeded();
        return answer;
      } catch (error) {
        breaker.failed(error);
        return null;
      }
    },
    close: () => redis.disconnect(),
  };
}

function numbersOf(bucket: Bucket): readonly number[] {
  return [bucket.intervalUs, bucket.roomUs];
}

type RunScript = (keys: readonly string[], numbers: readonly number[]) => Promise<Take>;

/** By hash; the script itself only where Redis does not know it (new, restarted, its scripts flushed). */
function scriptOn(redis: Redis): RunScript {
  return async (keys, numbers) => {
    const args = [...keys, ...numbers];
    try {
      return readTake(await redis.evalsha(HASH, keys.length, ...args));
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return readTake(await redis.eval(TAKE, keys.length, ...args));
    }
  };
}

/** @throws TypeError for an answer that is none: Redis is not what we think, and nobody is refused for that */
function readTake(answer: unknown): Take {
  if (!Array.isArray(answer)) throw new TypeError('Redis answered the rate script with no list');
  const [taken, ...lackUs] = answer.map(Number);
  return { taken: taken === 1, lackUs };
}
