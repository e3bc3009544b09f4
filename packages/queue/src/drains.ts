/**
 * Level-triggered draining: a wake-up says "there may be work", not which. Any number of wake-ups before a drain starts are one
 * drain; a wake-up during a drain causes exactly one more. At most `concurrency` partitions at a time, in turn.
 */
import { backOffMs } from './back-off.js';

export interface DrainsOptions {
  readonly drain: (partition: number, signal: AbortSignal) => Promise<void>;
  readonly concurrency: number;
  /** After a drain: these messages are done with. Its failure is a fault, not a reason to drain again. */
  readonly acknowledge: (partition: number, ids: readonly string[]) => Promise<void>;
  readonly onFault: (fault: { readonly where: string; readonly error: unknown }) => void;
  /** Asked when a later wake-up is due: is the partition still to be drained here? */
  readonly isOurs: (partition: number) => boolean;
}

interface Partition {
  dirty: boolean;
  queued: boolean;
  running: AbortController | null;
  retry: NodeJS.Timeout | null;
  later: { readonly timer: NodeJS.Timeout; readonly at: number } | null;
  failures: number;
  ids: string[];
}

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 10_000;
/** Later than that is the sweep's business. */
const MAX_LATER_MS = 3_600_000;

export class Drains {
  readonly #o: DrainsOptions;
  readonly #partitions = new Map<number, Partition>();
  readonly #turn: number[] = [];
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: DrainsOptions) {
    this.#o = options;
  }

  isBusy(partition: number): boolean {
    const state = this.#partitions.get(partition);
    return state !== undefined && (state.running !== null || state.queued);
  }

  /** There may be work. `ids` are acknowledged once a drain that began after this call has ended. */
  wake(partition: number, ids: readonly string[]): void {
    if (this.#stopped) return;
    const state = this.#state(partition);
    state.dirty = true;
    state.ids.push(...ids);
    this.#enqueue(partition, state);
  }

  /** There will be work after `delayMs`. The soonest of several counts. */
  wakeIn(partition: number, delayMs: number): void {
    if (this.#stopped || delayMs > MAX_LATER_MS) return;
    const state = this.#state(partition);
    const at = performance.now() + delayMs;
    if (state.later !== null && state.later.at <= at) return;
    if (state.later !== null) clearTimeout(state.later.timer);
    const timer = setTimeout(() => {
      state.later = null;
      if (this.#o.isOurs(partition)) this.wake(partition, []);
    }, delayMs);
    timer.unref();
    state.later = { timer, at };
  }

  /** Tells a running drain to take no further batch, and forgets what is queued for the partition. */
  abandon(partition: number): void {
    const state = this.#partitions.get(partition);
    if (state === undefined) return;
    state.dirty = false;
    state.ids = [];
    if (state.retry !== null) clearTimeout(state.retry);
    state.retry = null;
    if (state.later !== null) clearTimeout(state.later.timer);
    state.later = null;
    state.running?.abort();
  }

  /** Tells all to take no further batch; resolves when they have returned. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const partition of this.#partitions.keys()) this.abandon(partition);
    await Promise.all(this.#running);
  }

  #state(partition: number): Partition {
    const known = this.#partitions.get(partition);
    if (known !== undefined) return known;
    const state: Partition = {
      dirty: false,
      queued: false,
      running: null,
      retry: null,
      later: null,
      failures: 0,
      ids: [],
    };
    this.#partitions.set(partition, state);
    return state;
  }

  #enqueue(partition: number, state: Partition): void {
    // A partition that failed waits its back-off out, whatever wakes it: no hot loop on a fault.
    if (state.queued || state.running !== null || state.retry !== null) return;
    state.queued = true;
    this.#turn.push(partition);
    this.#startNext();
  }

  #startNext(): void {
    while (!this.#stopped && this.#running.size < this.#o.concurrency) {
      const partition = this.#turn.shift();
      if (partition === undefined) return;
      const state = this.#state(partition);
      state.queued = false;
      if (!state.dirty) continue;
      const run = this.#run(partition, state).finally(() => {
        this.#running.delete(run);
        if (state.dirty && !this.#stopped) this.#enqueue(partition, state);
        this.#startNext();
      });
      this.#running.add(run);
    }
  }

  async #run(partition: number, state: Partition): Promise<void> {
    const controller = new AbortController();
    state.running = controller;
    state.dirty = false;
    const ids = state.ids;
    state.ids = [];
    try {
      await this.#o.drain(partition, controller.signal);
      state.failures = 0;
    } catch (error) {
      this.#o.onFault({ where: 'drain', error });
      this.#retryLater(partition, state, ids);
      return;
    } finally {
      state.running = null;
    }
    // A drain that was told to stop may have left work: its messages stay pending for whoever comes next.
    if (controller.signal.aborted) return;
    await this.#o
      .acknowledge(partition, ids)
      .catch((error: unknown) => this.#o.onFault({ where: 'acknowledge', error }));
  }

  #retryLater(partition: number, state: Partition, ids: readonly string[]): void {
    if (this.#stopped) return;
    state.failures += 1;
    state.ids.unshift(...ids);
    const delayMs = backOffMs(state.failures, { firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS });
    state.retry = setTimeout(() => {
      state.retry = null;
      state.dirty = true;
      this.#enqueue(partition, state);
    }, delayMs);
  }
}
