import { DiodeError, type EntityRef } from '@diode/protocol';
import type { ClaimedWork, FinishedWork } from '@diode/store';
import type { WorkerDeps } from './deps.js';
import { processBatch } from './process-batch.js';

/** A row can be due and not to be had (another worker is judging it): not asked for in a tight loop. */
const LEAST_PAUSE_MS = 10;

/**
 * Drains a partition: claims due rows in order and works on them until none is due, then says when the next one is: what was parked
 * for a moment (or by a process that is gone) wakes in time, not with the sweep. Never throws (the queue's contract). While NetBox is away
 * nothing is claimed: the breaker closes once, instead of a retry per entity.
 */
export function makeDrain(
  deps: WorkerDeps,
  onFinished: (done: readonly FinishedWork[]) => void,
  wakeIn: (partition: number, delayMs: number) => void,
): (partition: number, signal: AbortSignal) => Promise<void> {
  /** Claims that could not be given back because the store was away. */
  let abandoned: readonly EntityRef[] = [];

  async function giveBack(): Promise<void> {
    if (abandoned.length === 0) return;
    const refs = abandoned;
    await deps.store.park(
      deps.settings.workerId,
      refs.map((ref) => ({ ref, state: 'retrying', delayMs: 500, attempted: false, waitingFor: null, error: null })),
    );
    abandoned = abandoned.filter((ref) => !refs.includes(ref));
  }

  return async (partition, signal) => {
    while (!signal.aborted && deps.netbox.breaker.openFor() === null) {
      let rows: readonly ClaimedWork[] = [];
      try {
        await giveBack();
        const { workerId, claimLimit: limit, leaseMs } = deps.settings;
        rows = await deps.store.claim({ partition, limit, workerId, leaseMs });
        if (rows.length === 0) {
          const nextMs = await deps.store.nextDueMs(partition);
          if (nextMs !== null) wakeIn(partition, Math.max(nextMs, LEAST_PAUSE_MS));
          return;
        }
        const finished = await processBatch(deps, rows);
        if (finished.length > 0) onFinished(finished);
      } catch (error) {
        abandoned = [...abandoned, ...rows.map((row) => row.ref)];
        deps.metrics.retried(error instanceof DiodeError ? 'storage_unavailable' : 'other', rows.length);
        const known = error instanceof DiodeError;
        if (known)
          deps.log.warn({ partition, code: error.code, detail: error.detail }, 'the partition waits for the store');
        else deps.log.error({ partition, err: error }, 'a partition could not be drained');
        return;
      }
    }
  };
}
