import type { Logger } from './logger.js';

/**
 * The order of a shutdown. `leave`: tell clients to go elsewhere, while still taking what comes. `refuse`: take nothing new. `drain`: let what runs end. `settle`: write down what is in hand,
 * give leases back. `close`: connections and listeners. `parts`: what was started for this process (databases).
 */
export const PHASES = ['leave', 'refuse', 'drain', 'settle', 'close', 'parts'] as const;
export type Phase = (typeof PHASES)[number];

export interface StopStep {
  readonly phase: Phase;
  readonly name: string;
  /** Milliseconds the step may take; then its signal aborts and the shutdown goes on without it. Default 10,000. */
  readonly deadlineMs?: number;
  readonly stop: (signal: AbortSignal) => Promise<void> | void;
}

export interface Lifecycle {
  /** Steps of one phase run side by side; of those, the last added starts first. */
  onStop(step: StopStep): void;
  /** Aborts as soon as the shutdown begins; background loops watch it. */
  readonly stopping: AbortSignal;
  /** Runs the phases once; later calls get the same promise. @returns the names of steps that failed or were late */
  stop(reason: string): Promise<readonly string[]>;
}

export function makeLifecycle(o: { readonly logger: Logger }): Lifecycle {
  const steps: StopStep[] = [];
  const stopping = new AbortController();
  let running: Promise<readonly string[]> | null = null;
  const run = async (reason: string): Promise<readonly string[]> => {
    o.logger.info({ reason }, 'stopping');
    stopping.abort();
    const failed: string[] = [];
    for (const phase of PHASES) {
      const now = steps.filter((s) => s.phase === phase).reverse();
      const ends = await Promise.all(now.map((step) => runStep(step, o.logger)));
      failed.push(...ends.filter((name) => name !== null));
    }
    o.logger.info({ failed }, 'stopped');
    return failed;
  };
  return {
    onStop: (step) => void steps.push(step),
    stopping: stopping.signal,
    stop(reason) {
      running ??= run(reason);
      return running;
    },
  };
}

async function runStep(step: StopStep, logger: Logger): Promise<string | null> {
  const deadlineMs = step.deadlineMs ?? 10_000;
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      resolve('late');
      late.abort();
    }, deadlineMs);
  });
  try {
    const end = await Promise.race([Promise.resolve(step.stop(late.signal)), deadline]);
    if (end !== 'late') return null;
    logger.warn({ phase: step.phase, step: step.name, deadline_ms: deadlineMs }, 'shutdown step missed its deadline');
  } catch (err) {
    logger.warn({ phase: step.phase, step: step.name, err }, 'shutdown step failed');
  } finally {
    clearTimeout(timer);
  }
  return step.name;
}
