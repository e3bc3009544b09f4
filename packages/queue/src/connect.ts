import { Redis } from 'ioredis';
import { backOffMs } from './back-off.js';

/** A command to a Redis that is there takes well under a millisecond; this one is as good as away. */
export const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * A connection that fails fast and keeps trying: a command on a broken connection is an error at once, never queued for later
 * (what it would have announced, the sweep finds: I2), while the connection comes back by itself with a jittered back-off.
 */
export function connect(
  redisUrl: string,
  o: {
    readonly blocking: boolean /** Commands of one turn share a packet. Default: unless blocking. */;
    readonly pipelining?: boolean;
  },
): Redis {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableAutoPipelining: o.pipelining ?? !o.blocking,
    keepAlive: 10_000,
    ...(o.blocking ? {} : { commandTimeout: COMMAND_TIMEOUT_MS }),
    retryStrategy: (times) => backOffMs(times, { firstMs: 50, maxMs: 2_000 }),
  });
  // Each failing command says so where it was called; without a listener ioredis prints every reconnect.
  redis.on('error', () => undefined);
  redis.connect().catch(() => undefined);
  return redis;
}

/** How long opening waits for a Redis that is there; one that is not is waited for in the background. */
const OPEN_WAIT_MS = 1_000;

/** Resolves when the connection is usable, or after a second. */
export function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      redis.off('ready', done);
      resolve();
    };
    const timer = setTimeout(done, OPEN_WAIT_MS);
    redis.once('ready', done);
  });
}
