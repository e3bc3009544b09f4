import { setTimeout as delay } from 'node:timers/promises';
import type { Refused, Verdict } from '@diode/limits';

/** Calls held at the same time in a process; more are refused at once. In ten seconds no limit of the shipped file would let more of them pass. */
const MAX_HELD = 256;

/** Waits for a token in place of those who would not try again. */
export type HoldForToken = (o: {
  readonly check: () => Promise<Verdict>;
  readonly holdMs: number;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
}) => Promise<Refused | null>;

/**
 * Checks, and while it is refused and a token would come in time, waits and checks again: until it passes (null), or the refusal that stands. Waiting
 * holds a timer and nothing else. The waits are spread, so that those held together do not come back together.
 */
export function makeHoldForToken(random: () => number = Math.random): HoldForToken {
  let held = 0;
  return async ({ check, holdMs, signal }) => {
    const until = performance.now() + holdMs;
    let verdict = await check();
    if (verdict.kind !== 'refused' || held >= MAX_HELD) return verdict.kind === 'refused' ? verdict : null;
    held += 1;
    try {
      while (verdict.kind === 'refused' && !signal.aborted) {
        const left = until - performance.now();
        if (verdict.waitMs > left) return verdict;
        const spread = Math.max(50, verdict.waitMs / 4) * random();
        await delay(Math.min(verdict.waitMs + spread, left), undefined, { signal }).catch(() => undefined);
        verdict = await check();
      }
      return verdict.kind === 'refused' ? verdict : null;
    } finally {
      held -= 1;
    }
  };
}
