import { NetboxFault } from './netbox-fault.js';
import type { Transport } from './transport.js';

export interface PacerOptions {
  /** Requests in flight at the beginning: NetBox's usual two workers (facts/netbox.md §6). */
  readonly startConcurrency: number;
  /** Never more: a worker of NetBox stays free for people. */
  readonly maxConcurrency: number;
  /** A bulk of this many objects first; later what fits `targetMs`. */
  readonly startBatch: number;
  /** Beyond 50 nothing is gained but latency and the size of a rollback. */
  readonly maxBatch: number;
  /** How long one bulk request should take. */
  readonly targetMs: number;
  readonly now?: () => number;
}

export const PACING: PacerOptions = {
  startConcurrency: 2,
  maxConcurrency: 4,
  startBatch: 25,
  maxBatch: 50,
  targetMs: 2_000,
};

/** Adapts to NetBox: additive increase while it answers quickly, halving on 429, 5xx and time-outs; a pause when it asks for one. */
export interface Pacer {
  /** Runs `work` when a slot is free and no pause holds. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** How many objects of a type to put into the next bulk. */
  batchSize(objectType: string): number;
  /** Teaches what a bulk of `count` objects took. */
  learn(objectType: string, count: number, ms: number): void;
  state(): { readonly inFlight: number; readonly limit: number; readonly waiting: number; readonly pausedMs: number };
}

export function makePacer(options: PacerOptions = PACING): Pacer {
  const now = options.now ?? (() => performance.now());
  const msPerObject = new Map<string, number>();
  const waiting: (() => void)[] = [];
  let limit = options.startConcurrency;
  let inFlight = 0;
  let pausedUntil = 0;
  let resuming = false;

  function release(): void {
    const wait = pausedUntil - now();
    if (wait > 0) {
      if (resuming) return;
      resuming = true;
      setTimeout(() => {
        resuming = false;
        release();
      }, wait);
      return;
    }
    while (waiting.length > 0 && inFlight < Math.floor(limit)) {
      inFlight += 1;
      waiting.shift()?.();
    }
  }

  function adapt(ms: number, error: unknown): void {
    if (error instanceof NetboxFault && error.kind !== 'token' && error.kind !== 'refused_query') {
      limit = Math.max(1, limit / 2);
      if (error.kind === 'throttled') pausedUntil = Math.max(pausedUntil, now() + (error.retryAfterMs ?? 1_000));
    } else if (error === null && ms < options.targetMs) {
      limit = Math.min(options.maxConcurrency, limit + (waiting.length > 0 ? 1 / limit : 0));
    } else if (error === null && ms > 2 * options.targetMs) {
      limit = Math.max(1, limit * 0.9);
    }
  }

  return {
    async run(work) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        release();
      });
      const started = now();
      let fault: unknown = null;
      try {
        return await work();
      } catch (error) {
        fault = error;
        throw error;
      } finally {
        adapt(now() - started, fault);
        inFlight -= 1;
        release();
      }
    },
    batchSize(objectType) {
      const cost = msPerObject.get(objectType);
      if (cost === undefined) return options.startBatch;
      return Math.max(1, Math.min(options.maxBatch, Math.floor(options.targetMs / Math.max(cost, 1))));
    },
    learn(objectType, count, ms) {
      if (count === 0) return;
      const cost = ms / count;
      const before = msPerObject.get(objectType);
      msPerObject.set(objectType, before === undefined ? cost : before * 0.7 + cost * 0.3);
    },
    state: () => ({
      inFlight,
      limit: Math.floor(limit),
      waiting: waiting.length,
      pausedMs: Math.max(0, pausedUntil - now()),
    }),
  };
}

/** A transport whose calls wait for the pacer. */
export function paced(transport: Transport, pacer: Pacer): Transport {
  return { call: (call) => pacer.run(() => transport.call(call)), close: () => transport.close() };
}
