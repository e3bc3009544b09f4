import { PARTITIONS } from './contract.js';

/** Every name Diode uses in Redis. Nothing else builds one. */
export interface QueueKeys {
  /** Stream of wake-ups of a partition. */
  readonly wakeups: (partition: number) => string;
  /** Who drains a partition: a string, the instance's id, with a time to live. */
  readonly lease: (partition: number) => string;
  /** Sorted set of live instances, scored by when their heartbeat runs out (ms, Redis' clock). */
  readonly instances: string;
  /** The consumer group on each stream. */
  readonly group: string;
}

export function queueKeys(prefix: string): QueueKeys {
  return {
    wakeups: (partition) => `${prefix}wakeups:${partition}`,
    lease: (partition) => `${prefix}lease:${partition}`,
    instances: `${prefix}instances`,
    group: 'reconcilers',
  };
}

export const ALL_PARTITIONS: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);
