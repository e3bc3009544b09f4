import { setTimeout as delay } from 'node:timers/promises';
import { DiodeError } from '@diode/protocol';
import type { Backlog } from '@diode/store';

export interface BackPressureLimits {
  /** Entities waiting at which requests are slowed. */
  readonly slowAt: number;
  /** Entities waiting at which requests are refused. */
  readonly refuseAt: number;
  /** Age of the oldest entity waiting at which requests are slowed. */
  readonly slowAtAgeSeconds: number;
}

export interface BackPressure {
  /**
   * Lets a request pass, late when much waits. Measured on work waiting, never on what was done (I10). `holdMs` is how long a call may be held in
   * the hope of room before it is refused (the official SDKs do not retry).
   * @throws DiodeError overloaded
   */
  admit(holdMs: number): Promise<void>;
  /** For why-idle: null while open. */
  reason(): string | null;
  refresh(): Promise<void>;
}

/** Slows between `slowAt` and `refuseAt` by up to this much a request. */
const LONGEST_SLOWING_MS = 1_000;
const RECHECK_MS = 200;

export function makeBackPressure(o: {
  backlog: () => Promise<Pick<Backlog, 'total' | 'oldestWaitingSeconds'>>;
  limits: BackPressureLimits;
  onGate: (closed: boolean, waiting: number) => void;
}): BackPressure {
  let waiting = 0;
  let oldestSeconds = 0;
  let closed = false;
  const refresh = async (): Promise<void> => {
    const backlog = await o.backlog();
    waiting = backlog.total;
    oldestSeconds = backlog.oldestWaitingSeconds ?? 0;
    const nowClosed = waiting >= o.limits.refuseAt;
    if (nowClosed !== closed) {
      closed = nowClosed;
      o.onGate(closed, waiting);
    }
  };
  return {
    refresh,
    reason: () => (closed ? `${waiting} entities wait; the limit is ${o.limits.refuseAt}` : null),
    async admit(holdMs) {
      for (let left = holdMs; closed && left > 0; left -= RECHECK_MS) {
        await delay(Math.min(RECHECK_MS, left));
        await refresh();
      }
      if (closed) {
        throw new DiodeError('overloaded', {
          detail: `${waiting} entities wait to be reconciled; the limit is ${o.limits.refuseAt}`,
          retryAfterMs: 5_000,
        });
      }
      const slowing = slowingMs(o.limits, waiting, oldestSeconds);
      if (slowing > 0) await delay(slowing);
    },
  };
}

/** Nothing, until much waits or something waits long; then the more the longer. */
function slowingMs(limits: BackPressureLimits, waiting: number, oldestSeconds: number): number {
  const byCount = (waiting - limits.slowAt) / Math.max(1, limits.refuseAt - limits.slowAt);
  const byAge = oldestSeconds / limits.slowAtAgeSeconds - 1;
  const share = Math.min(1, Math.max(0, byCount, byAge));
  return Math.ceil(share * LONGEST_SLOWING_MS);
}
