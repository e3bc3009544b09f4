/**
 * The consumer: a lease loop that decides which partitions are ours, a reader that blocks on their streams, a sweep beside them.
 * All three only ever wake a drain. While Redis does not answer, the sweep drains every due partition without a lease: claims in
 * Postgres keep two instances from the same row, so the price is contention, and work goes on.
 */
import type { Redis } from 'ioredis';
import { backOffMs } from './back-off.js';
import type { Consumer, ConsumerOptions } from './contract.js';
import { Drains } from './drains.js';
import { ALL_PARTITIONS, type QueueKeys } from './keys.js';
import { Leases } from './leases.js';
import { pause, within } from './pause.js';
import { Sweep } from './sweep.js';
import { acknowledge, ensureGroups, isGroupGone, readWakeups, takePending } from './wakeup-streams.js';

export interface ConsumerParts {
  /** For commands that answer at once. */
  readonly redis: Redis;
  /** For the blocking read; the consumer closes it. */
  readonly blocking: Redis;
  readonly keys: QueueKeys;
  readonly instanceId: string;
  readonly leaseMs: number;
}

/** Also how long a partition gained during a blocking read waits to be read: its drain on gaining it covers what came before. */
const BLOCK_MS = 1_000;
const READ_SILENCE_MS = BLOCK_MS + 2_000;
const MAX_ROUND_MS = 1_000;
const ROUNDS_A_HEARTBEAT = 5;

export function startConsumer(parts: ConsumerParts, options: ConsumerOptions): Consumer {
  const { redis, blocking, keys, instanceId } = parts;
  const stopping = new AbortController();
  const roundMs = Math.min(MAX_ROUND_MS, parts.leaseMs / 3);
  const leases = new Leases({
    redis,
    keys,
    instanceId,
    leaseMs: parts.leaseMs,
    heartbeatMs: roundMs * ROUNDS_A_HEARTBEAT,
  });
  const drains = new Drains({
    drain: options.drain,
    concurrency: options.concurrency,
    acknowledge: (partition, ids) => acknowledge(redis, keys, partition, ids),
    onFault: options.onFault,
    isOurs: (partition) => isOurs(partition),
  });
  let redisAnswers = false;
  const isOurs = (partition: number): boolean => !redisAnswers || leases.held.has(partition);
  /** Aborted when there is something new to read, so that a reader without partitions wakes up. */
  let leasesChanged = new AbortController();
  const sweep = new Sweep({
    duePartitions: options.duePartitions,
    onDue: (partitions) => {
      for (const partition of partitions) {
        if (isOurs(partition)) drains.wake(partition, []);
      }
    },
    sweepMs: options.sweepMs,
    signal: stopping.signal,
    onFault: options.onFault,
  });

  /** Groups, then what an earlier holder left pending, then a drain: whatever came before is covered. */
  async function takeOver(partitions: readonly number[]): Promise<void> {
    await ensureGroups(redis, keys, partitions);
    for (const partition of partitions) {
      drains.wake(partition, await takePending(redis, keys, instanceId, partition));
    }
  }

  async function leaseRound(): Promise<void> {
    const { gained, lost, vanished } = await leases.round((partition) => drains.isBusy(partition));
    for (const partition of lost) drains.abandon(partition);
    const cameBack = !redisAnswers;
    redisAnswers = true;
    await takeOver(cameBack || vanished ? [...leases.held] : gained);
    if (cameBack || vanished) sweep.now();
    if (gained.length > 0) leasesChanged.abort();
  }

  async function runLeases(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await leaseRound();
        failures = 0;
        await pause(roundMs * (0.9 + Math.random() * 0.2), stopping.signal);
      } catch (error) {
        failures += 1;
        // Said once an outage, not once a round; a wipe between two commands is no fault (I2), the next round makes it good.
        if (!isGroupGone(error) && (redisAnswers || failures === 1)) options.onFault({ where: 'leases', error });
        if (redisAnswers) sweep.now();
        redisAnswers = false;
        await pause(backOffMs(failures, { firstMs: 100, maxMs: 2_000 }), stopping.signal);
      }
    }
  }

  async function readOnce(): Promise<void> {
    const partitions = [...leases.held];
    if (partitions.length === 0) {
      leasesChanged = new AbortController();
      await pause(MAX_ROUND_MS, stopping.signal, leasesChanged.signal);
      return;
    }
    const reading = readWakeups(blocking, keys, { consumer: instanceId, partitions, blockMs: BLOCK_MS });
    for (const [partition, ids] of await within(reading, READ_SILENCE_MS, 'a read of wake-ups'))
      drains.wake(partition, ids);
  }

  async function runReader(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await readOnce();
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        // The lease round speaks for an outage; this loop only has to survive it. A wiped Redis is no fault (I2).
        if (isGroupGone(error)) {
          await takeOver([...leases.held]).catch(() => undefined);
          sweep.now();
        } else if (blocking.status === 'ready') {
          options.onFault({ where: 'read', error });
          blocking.disconnect(true);
        }
        await pause(backOffMs(failures, { firstMs: 20, maxMs: 1_000 }), stopping.signal);
      }
    }
  }

  const loops = [runLeases(), runReader(), sweep.run()];

  return {
    held: () => ALL_PARTITIONS.filter((partition) => leases.held.has(partition)),
    wakeIn: (partition, delayMs) => drains.wakeIn(partition, delayMs),
    async stop(graceMs) {
      stopping.abort();
      blocking.disconnect();
      await within(drains.stop(), graceMs, 'stopping').catch((error: unknown) =>
        options.onFault({ where: 'stop', error }),
      );
      // A loop may sit in a question to a Postgres that does not answer: leaving does not wait for that.
      await within(Promise.all(loops), MAX_ROUND_MS, 'stopping').catch(() => undefined);
      await leases.surrender();
    },
  };
}
