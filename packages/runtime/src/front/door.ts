import type { Lifecycle } from '../lifecycle.js';

/** A listener that can leave without losing what is on its way to it. */
export interface Door {
  /** Still takes what comes, and tells clients to come back on another connection: `Connection: close` with each answer, GOAWAY. Safe to call twice. */
  leave(): void;
  /** Leaves, takes no new connection, lets what runs end, closes. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Closes a door with the lifecycle. For `drainSeconds` it is still open while everyone is told to go: long enough for a proxy to notice, and longer than that
 * proxy keeps an unused connection, so that none is closed under a request (docs/upgrading.md).
 */
export function closeOnStop(
  life: Pick<Lifecycle, 'onStop'>,
  o: { readonly name: string; readonly door: Door; readonly drainSeconds: number },
): void {
  const drainMs = o.drainSeconds * 1_000;
  life.onStop({
    phase: 'leave',
    name: o.name,
    deadlineMs: drainMs + 1_000,
    stop: async () => {
      o.door.leave();
      if (drainMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, drainMs));
    },
  });
  life.onStop({ phase: 'refuse', name: o.name, stop: () => o.door.close() });
}
