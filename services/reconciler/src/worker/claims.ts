import type { ClaimedWork, WorkVerbs } from '@diode/store';

/** Thrown inside an attempt whose claims another worker may have taken: nothing more is sent for it. */
export class ClaimsLost extends Error {
  override readonly name = 'ClaimsLost';
}

/** Keeps the claims of a batch alive while it is worked on. */
export interface Claims {
  ensureHeld(): void;
  release(): void;
}

/** Renews a third of the way through each lease; one missed renewal is survived, two are not. */
export function keepClaims(
  store: Pick<WorkVerbs, 'renew'>,
  rows: readonly ClaimedWork[],
  o: { readonly workerId: string; readonly leaseMs: number; readonly now: () => number },
): Claims {
  const refs = rows.map((row) => row.ref);
  let until = o.now() + o.leaseMs;
  let lost = false;
  const timer = setInterval(() => void renew(), o.leaseMs / 3);
  timer.unref();

  async function renew(): Promise<void> {
    const asked = o.now();
    try {
      const held = await store.renew(o.workerId, refs, o.leaseMs);
      if (held.length < refs.length) lost = true;
      until = asked + o.leaseMs;
    } catch {
      // The store is away: the claims stand until `until`, which ensureHeld looks at.
    }
  }

  return {
    ensureHeld() {
      if (lost || o.now() >= until) throw new ClaimsLost('another worker may have these entities now');
    },
    release: () => clearInterval(timer),
  };
}
