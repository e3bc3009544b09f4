import { createHash } from 'node:crypto';
import type { Bucket, RateStore, Take } from '@diode/limits';
import type { Redis } from 'ioredis';
import { connect, untilReady } from '../connect.js';
import { queueKeys } from '../keys.js';
import { type Batch, makeBatch, readAnswers } from './batch.js';
import { makeBreaker } from './breaker.js';
import { inTime } from './in-time.js';
import { TAKE } from './script.js';

const TIMEOUT_MS = 50;
/** More requests of one turn go as another batch: Lua bounds how many keys it unpacks, and Redis does one script at a time. */
const MAX_BATCH = 200;
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

interface Waiting {
  readonly buckets: readonly Bucket[];
  readonly resolve: (take: Take | null) => void;
}

/**
 * The buckets, in Redis, shared by every instance. One round trip a request, on a connection of its own; requests of one turn of the event loop
 * share a script call, and none waits for another turn's. Redis away or slow means null, at once once that is known (I2: Redis may be wiped, cut or
 * silent at any moment). A bucket that is wiped is full.
 */
export async function openRateStore(o: RateStoreOptions): Promise<RateStore & { close(): void }> {
  const keys = queueKeys(o.prefix);
  const redis = connect(o.redisUrl, { blocking: false, pipelining: false });
  const breaker = makeBreaker({
    now: () => performance.now(),
    onChange(open, error) {
      // What is silent may be a host that is gone: only a new connection finds that out before TCP does.
      if (open) redis.disconnect(true);
      o.onChange(open, error);
    },
  });
  let waiting: Waiting[] = [];
  const send = async (requests: readonly Waiting[]): Promise<void> => {
    const all = requests.map(({ buckets }) => buckets);
    try {
      const batch = makeBatch(all, (bucket) => keys.bucket(bucket.kind, bucket.id));
      const takes = readAnswers(all, await inTime(run(redis, batch), o.timeoutMs ?? TIMEOUT_MS));
      breaker.succeeded();
      for (const [i, { resolve }] of requests.entries()) resolve(takes[i] ?? null);
    } catch (error) {
      breaker.failed(error);
      for (const { resolve } of requests) resolve(null);
    }
  };
  const flush = (): void => {
    const requests = waiting;
    waiting = [];
    for (let i = 0; i < requests.length; i += MAX_BATCH) void send(requests.slice(i, i + MAX_BATCH));
  };
  await untilReady(redis);
  await redis.script('LOAD', TAKE).catch(() => undefined);
  return {
    take(buckets) {
      if (!breaker.mayAsk()) return Promise.resolve(null);
      return new Promise((resolve) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ buckets, resolve });
      });
    },
    close: () => redis.disconnect(),
  };
}

/** By hash; the script itself only where Redis does not know it (new, restarted, its scripts flushed). */
async function run(redis: Redis, { keys, numbers }: Batch): Promise<unknown> {
  try {
    return await redis.evalsha(HASH, keys.length, ...keys, ...numbers);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return redis.eval(TAKE, keys.length, ...keys, ...numbers);
  }
}
