/** The sweep: asks Postgres which partitions have due work, at an interval and whenever wake-ups may have been lost (I2). */
import { pause } from './pause.js';

export interface SweepOptions {
  readonly duePartitions: () => Promise<readonly number[]>;
  readonly onDue: (partitions: readonly number[]) => void;
  readonly sweepMs: number;
  readonly signal: AbortSignal;
  readonly onFault: (fault: { readonly where: string; readonly error: unknown }) => void;
}

export class Sweep {
  readonly #o: SweepOptions;
  #again = new AbortController();

  constructor(options: SweepOptions) {
    this.#o = options;
  }

  /** Sweeps at once; during a sweep: once more after it. */
  now(): void {
    this.#again.abort();
  }

  async run(): Promise<void> {
    const { signal, sweepMs } = this.#o;
    while (!signal.aborted) {
      this.#again = new AbortController();
      try {
        this.#o.onDue(await this.#o.duePartitions());
      } catch (error) {
        this.#o.onFault({ where: 'sweep', error });
        // Postgres is away: asked again at the interval, not because Redis said so.
        await pause(Math.min(sweepMs, 1_000), signal);
        continue;
      }
      // Jitter keeps instances from sweeping in step.
      await pause(sweepMs * (0.9 + Math.random() * 0.2), signal, this.#again.signal);
    }
  }
}
