/** The queue's verbs (docs/decisions/0002-store-and-queue.md): wake-ups over Redis Streams, one stream a partition. */

/** Fixed for the life of a deployment; work rows carry the number. */
export const PARTITIONS = 16;

export interface QueueOptions {
  readonly redisUrl: string;
  /** `diode:` by default; tests use their own. */
  readonly prefix: string;
  readonly instanceId: string;
  /** How long a partition's lease lasts without renewal. Longer than NetBox's time-out plus a margin. */
  readonly leaseMs: number;
}

export interface Wakeup {
  readonly partition: number;
  readonly syncId: string;
}

export interface ConsumerOptions {
  /**
   * Called for a partition this process holds when there may be work. Must drain it: returns when nothing is due. Never throws for bad work.
   * An aborted signal (the partition was lost, the process stops) means: finish the batch in hand, take no other, return.
   */
  readonly drain: (partition: number, signal: AbortSignal) => Promise<void>;
  /** Partitions drained at the same time. */
  readonly concurrency: number;
  /** Partitions with due work, from Postgres; asked every `sweepMs`, and at once after Redis came back empty (I2). */
  readonly duePartitions: () => Promise<readonly number[]>;
  readonly sweepMs: number;
  readonly onFault: (fault: { readonly where: string; readonly error: unknown }) => void;
}

export interface Consumer {
  /** Partitions held now. */
  held(): readonly number[];
  /**
   * Drains the partition again after `delayMs`, if it is this process's business then (held, or Redis is away): for work that Postgres says is due
   * later. Of several the soonest counts, so whoever drains says each time what is next.
   */
  wakeIn(partition: number, delayMs: number): void;
  /** Stops taking, waits for drains up to `graceMs`, gives the leases back. */
  stop(graceMs: number): Promise<void>;
}

export interface Queue {
  /** Best effort: false when Redis is away (the sweep will find the work, I2). Never throws, never waits longer than 250 ms. */
  announce(wakeups: readonly Wakeup[]): Promise<boolean>;
  consume(options: ConsumerOptions): Consumer;
  ping(): Promise<void>;
  /** Waiting messages over all streams, for metrics. */
  depth(): Promise<number>;
  close(): Promise<void>;
}
