import type { Lifecycle, Logger, Metrics } from '@diode/runtime';
import type { Store } from '@diode/store';

/** Repeats a duty until the shutdown begins. A failure is told once until it works again; the duty goes on. */
export function repeat(o: {
  readonly name: string;
  readonly everyMs: number;
  readonly duty: () => Promise<void>;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
}): void {
  let failing = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  const tick = (): void => {
    running = o.duty().then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        if (!failing) o.logger.warn({ duty: o.name, err: error }, 'a duty failed and is tried again');
        failing = true;
      },
    );
    void running.then(() => {
      if (!o.lifecycle.stopping.aborted) timer = setTimeout(tick, o.everyMs);
    });
  };
  tick();
  o.lifecycle.onStop({
    phase: 'refuse',
    name: o.name,
    stop: async () => {
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  });
}

/** Backlog and age of waiting work, read at each scrape. */
export function measureBacklog(store: Pick<Store, 'backlog'>, metrics: Metrics): void {
  metrics.onScrape(async () => {
    const { counts, oldestWaitingSeconds } = await store.backlog();
    metrics.reconcile.setBacklog({ oldestWaitingSeconds: oldestWaitingSeconds ?? 0, stages: counts });
  });
}
