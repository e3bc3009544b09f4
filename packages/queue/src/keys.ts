import { PARTITIONS } from './contract.js';

/** Every name Diode uses in Redis. Nothing else builds one. */
export interface QueueKeys {
  /** Stream of wake-ups of a partition. */
  readonly wakeups: (partition: number) => string;
  /** Who drains a partition: a string, the instance's id, with a time to live. */
  readonly lease: (partition: number) => string;
  /** Sorted set of live instances, scored by when their heartbeat runs out (ms, Redis' clock). */
  readonly instances: string;
  /** A rate limit's bucket: a string, the moment it is full again (epoch microseconds), gone when it is. */
  readonly bucket: (kind: string, id: string) => string;
  /** The consumer group on each stream. */
  readonly group: string;
}

export function queueKeys(prefix: string): QueueKeys {
  return {
    wakeups: (partition) => `${prefix}wakeups:${partition}`,
    lease: (partition) => `${prefix}lease:${partition}`,
    instances: `${prefix}instances`,
    bucket: (kind, id) => `${prefix}rate:${kind}:${id}`,
    group: 'reconcilers',
  };
}

export const ALL_PARTITIONS: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);
