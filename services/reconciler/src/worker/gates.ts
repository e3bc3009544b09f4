import type { WorkerLog } from './deps.js';

/** Something that keeps work waiting. */
export interface GateView {
  readonly gate: string;
  readonly reason: string;
  /** RFC 3339, UTC. */
  readonly since: string;
}

/** What stands in the way of work at the moment. Each gate says once when it closes and once when it opens (I10). */
export interface Gates {
  close(gate: string, reason: string): void;
  open(gate: string): void;
  closed(): readonly GateView[];
}

export function makeGates(o: { readonly log: WorkerLog; readonly now: () => number }): Gates {
  const gates = new Map<string, GateView>();
  return {
    close(gate, reason) {
      const known = gates.get(gate);
      gates.set(gate, { gate, reason, since: known?.since ?? new Date(o.now()).toISOString() });
      if (known === undefined) o.log.warn({ gate, reason }, 'gate closed');
    },
    open(gate) {
      if (gates.delete(gate)) o.log.info({ gate }, 'gate opened');
    },
    closed: () => [...gates.values()],
  };
}
