/** Reading wake-ups: consumer groups from the beginning of each stream, pending ones taken over, acknowledged ones deleted. */
import type { Redis } from 'ioredis';
import type { QueueKeys } from './keys.js';

/** Message ids by partition. The content does not matter: any message means "look in Postgres". */
export type ReadWakeups = ReadonlyMap<number, readonly string[]>;

const READ_COUNT = 500;

/** Redis lost the group (wiped), or deleted the stream under a blocked read. */
export function isGroupGone(error: unknown): boolean {
  return error instanceof Error && /NOGROUP|UNBLOCKED|no such key/i.test(error.message);
}

/** Makes the groups at 0, never at `$`: what was announced before the first reader came is read. */
export async function ensureGroups(redis: Redis, keys: QueueKeys, partitions: readonly number[]): Promise<void> {
  await Promise.all(
    partitions.map(async (partition) => {
      try {
        await redis.xgroup('CREATE', keys.wakeups(partition), keys.group, '0', 'MKSTREAM');
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('BUSYGROUP'))) throw error;
      }
    }),
  );
}

/** Waits up to `blockMs` for wake-ups of these partitions. */
export async function readWakeups(
  redis: Redis,
  keys: QueueKeys,
  o: { readonly consumer: string; readonly partitions: readonly number[]; readonly blockMs: number },
): Promise<ReadWakeups> {
  const answer: unknown = await redis.call(
    'XREADGROUP',
    'GROUP',
    keys.group,
    o.consumer,
    'COUNT',
    String(READ_COUNT),
    'BLOCK',
    String(o.blockMs),
    'STREAMS',
    ...o.partitions.map(keys.wakeups),
    ...o.partitions.map(() => '>'),
  );
  const byKey = new Map(o.partitions.map((partition) => [keys.wakeups(partition), partition]));
  const read = new Map<number, readonly string[]>();
  for (const stream of list(answer)) {
    const [name, messages] = list(stream);
    const partition = byKey.get(String(name));
    if (partition !== undefined) read.set(partition, messageIds(messages));
  }
  return read;
}

/** Takes every pending message of a partition over, whoever left it. */
export async function takePending(
  redis: Redis,
  keys: QueueKeys,
  consumer: string,
  partition: number,
): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '0-0';
  do {
    const answer: unknown = await redis.call(
      'XAUTOCLAIM',
      keys.wakeups(partition),
      keys.group,
      consumer,
      '0',
      cursor,
      'COUNT',
      String(READ_COUNT),
      'JUSTID',
    );
    const [next, claimed] = list(answer);
    ids.push(...list(claimed).map(String));
    cursor = next === undefined ? '0-0' : String(next);
  } while (cursor !== '0-0');
  return ids;
}

/** Acknowledged and deleted: a stream's length is what still waits. */
export async function acknowledge(
  redis: Redis,
  keys: QueueKeys,
  partition: number,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const stream = keys.wakeups(partition);
  await Promise.all([redis.xack(stream, keys.group, ...ids), redis.xdel(stream, ...ids)]);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function messageIds(messages: unknown): readonly string[] {
  return list(messages).map((message) => String(list(message)[0]));
}
