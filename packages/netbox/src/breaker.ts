import { NetboxFault } from './netbox-fault.js';
import type { Transport } from './transport.js';

export interface BreakerOptions {
  /** Asks NetBox whether it is there; must not go through the breaker itself. */
  readonly probe: () => Promise<unknown>;
  readonly firstProbeMs: number;
  readonly maxProbeMs: number;
  readonly onOpen?: (fault: NetboxFault) => void;
  readonly onClose?: (openMs: number) => void;
}

/** One for a process: NetBox away opens it once, instead of a retry per entity (DESIGN "Under load and faults"). */
export interface Breaker {
  /** Why it is open; null when closed. */
  openFor(): NetboxFault | null;
  /** Tells of a fault; opens on `away` and `token`. */
  fault(error: unknown): void;
  stop(): void;
}

export function makeBreaker(options: BreakerOptions): Breaker {
  let open: { readonly fault: NetboxFault; readonly since: number } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  function schedule(delayMs: number): void {
    if (stopped) return;
    timer = setTimeout(() => void probe(delayMs), delayMs);
    timer.unref();
  }

  async function probe(delayMs: number): Promise<void> {
    try {
      await options.probe();
    } catch {
      schedule(Math.min(delayMs * 2, options.maxProbeMs));
      return;
    }
    if (open === null || stopped) return;
    const openMs = performance.now() - open.since;
    open = null;
    timer = null;
    options.onClose?.(openMs);
  }

  return {
    openFor: () => open?.fault ?? null,
    fault(error) {
      if (!(error instanceof NetboxFault) || stopped || open !== null) return;
      // 404 with a page: one endpoint this NetBox lacks, not NetBox being away.
      if ((error.kind !== 'away' && error.kind !== 'token') || error.status === 404) return;
      open = { fault: error, since: performance.now() };
      options.onOpen?.(error);
      schedule(options.firstProbeMs);
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** A transport that asks nothing while the breaker is open, and tells it of each fault. */
export function guarded(transport: Transport, breaker: Breaker): Transport {
  return {
    async call(call) {
      const fault = breaker.openFor();
      if (fault !== null) {
        throw new NetboxFault({
          kind: fault.kind,
          detail: fault.detail,
          cause: fault,
          ...(fault.status === null ? {} : { status: fault.status }),
          ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }),
          mayHaveApplied: false,
        });
      }
      try {
        return await transport.call(call);
      } catch (error) {
        breaker.fault(error);
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
