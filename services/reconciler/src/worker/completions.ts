import type { FinishedWork, ViewVerbs } from '@diode/store';
import type { WorkerLog } from './deps.js';

/** Syncs whose completion may wait to be logged; beyond it they end silently, as the receipts say it anyway. */
const WAITING = 1_000;
const REMEMBERED = 5_000;

/** One log line for each sync that came to its end, written beside the work and never holding it up. */
export function makeCompletions(
  store: Pick<ViewVerbs, 'sync'>,
  log: WorkerLog,
): {
  note(done: readonly FinishedWork[]): void;
  settled(): Promise<void>;
} {
  const waiting = new Set<string>();
  const told = new Set<string>();
  let running: Promise<void> | null = null;

  async function tell(syncId: string): Promise<void> {
    const view = await store.sync(syncId, { limit: 1, cursor: null });
    if (view === null || view.completed_at === null || told.has(syncId)) return;
    told.add(syncId);
    if (told.size > REMEMBERED) for (const oldest of [...told].slice(0, REMEMBERED / 2)) told.delete(oldest);
    const { source, status, counts, dry_run } = view;
    log.info({ sync_id: syncId, source, status, counts, dry_run }, 'sync complete');
  }

  async function work(): Promise<void> {
    for (const syncId of waiting) {
      waiting.delete(syncId);
      // The store away: the line is lost, the receipt is not.
      await tell(syncId).catch(() => undefined);
    }
    // Here and not in a later callback: what is noted from now on begins anew.
    running = null;
  }

  return {
    note(done) {
      for (const { ref } of done) if (waiting.size < WAITING && !told.has(ref.syncId)) waiting.add(ref.syncId);
      if (waiting.size === 0) return;
      running ??= work();
    },
    settled: async () => {
      await running;
    },
  };
}
