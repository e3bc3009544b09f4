/** Stops asking what does not answer, and tries now and then whether it does again. */
export interface Breaker {
  /** True when this call may ask: closed, or this one is the probe. */
  mayAsk(): boolean;
  succeeded(): void;
  failed(error: unknown): void;
}

/** So many failures in a row, not one: a moment's pause of Redis must not suspend the limits. */
const FAILURES_TO_OPEN = 3;
/** One call in this time tries again. */
const PROBE_EVERY_MS = 500;

export function makeBreaker(o: {
  /** Told once when it opens and once when it closes. */
  readonly onChange: (open: boolean, error: unknown) => void;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}): Breaker {
  let failures = 0;
  let open = false;
  let probeAt = 0;
  return {
    mayAsk() {
      if (!open) return true;
      if (o.now() < probeAt) return false;
      probeAt = o.now() + PROBE_EVERY_MS;
      return true;
    },
    succeeded() {
      failures = 0;
      if (!open) return;
      open = false;
      o.onChange(false, null);
    },
    failed(error) {
      failures += 1;
      if (open || failures < FAILURES_TO_OPEN) return;
      open = true;
      probeAt = o.now() + PROBE_EVERY_MS;
      o.onChange(true, error);
    },
  };
}
