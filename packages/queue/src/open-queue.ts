import type { Redis } from 'ioredis';
import { COMMAND_TIMEOUT_MS, connect, untilReady } from './connect.js';
import { startConsumer } from './consumer.js';
import type { Consumer, Queue, QueueOptions, Wakeup } from './contract.js';
import { ALL_PARTITIONS, type QueueKeys, queueKeys } from './keys.js';
import { within } from './pause.js';

/** Wake-ups kept of a partition, about. A drain answers all of them, so what is trimmed is not missed. */
const MAX_WAKEUPS = 1_000;

async function announce(redis: Redis, keys: QueueKeys, wakeups: readonly Wakeup[]): Promise<boolean> {
  if (redis.status !== 'ready') return false;
  const added = wakeups.map(({ partition, syncId }) =>
    redis.xadd(keys.wakeups(partition), 'MAXLEN', '~', MAX_WAKEUPS, '*', 'sync', syncId),
  );
  try {
    await within(Promise.all(added), COMMAND_TIMEOUT_MS, 'an announcement');
    return true;
  } catch {
    return false;
  }
}

/** Opens the queue. Never throws for a Redis that is away: it is an accelerator, and the sweep moves all work without it (I2). */
export async function openQueue(options: QueueOptions): Promise<Queue> {
  const keys = queueKeys(options.prefix);
  const redis = connect(options.redisUrl, { blocking: false });
  const consumers: Consumer[] = [];
  await untilReady(redis);
  return {
    announce: (wakeups) => (wakeups.length === 0 ? Promise.resolve(true) : announce(redis, keys, wakeups)),
    consume(consumerOptions) {
      const blocking = connect(options.redisUrl, { blocking: true });
      const { instanceId, leaseMs } = options;
      const consumer = startConsumer({ redis, blocking, keys, instanceId, leaseMs }, consumerOptions);
      consumers.push(consumer);
      return consumer;
    },
    async ping() {
      await redis.ping();
    },
    async depth() {
      const lengths = await Promise.all(ALL_PARTITIONS.map((partition) => redis.xlen(keys.wakeups(partition))));
      return lengths.reduce((sum, length) => sum + length, 0);
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop(0)));
      redis.disconnect();
    },
  };
}
