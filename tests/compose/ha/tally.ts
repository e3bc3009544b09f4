/** What each client met in each phase. */
export interface Tally {
  /** From here on under this name. */
  phase(name: string): void;
  now(): string;
  count(phase: string, client: string, what: string): void;
  /** How often `what` was counted for a client in a phase. */
  times(phase: string, client: string, what: string): number;
  report(): string;
}

export function makeTally(): Tally {
  const phases = new Map<string, Map<string, Map<string, number>>>();
  let current = 'start';
  const clientsOf = (phase: string): Map<string, Map<string, number>> => {
    const known = phases.get(phase) ?? new Map<string, Map<string, number>>();
    phases.set(phase, known);
    return known;
  };
  return {
    phase(name) {
      current = name;
      clientsOf(name);
    },
    now: () => current,
    count(phase, client, what) {
      const clients = clientsOf(phase);
      const counts = clients.get(client) ?? new Map<string, number>();
      clients.set(client, counts);
      counts.set(what, (counts.get(what) ?? 0) + 1);
    },
    times: (phase, client, what) => phases.get(phase)?.get(client)?.get(what) ?? 0,
    report() {
      const line = (counts: ReadonlyMap<string, number>): string =>
        [...counts].map(([what, n]) => `${n} ${what}`).join(', ');
      return [...phases]
        .map(([phase, clients]) => {
          const lines = [...clients].sort().map(([client, counts]) => `    ${client.padEnd(6)} ${line(counts)}`);
          return [`  ${phase}`, ...lines].join('\n');
        })
        .join('\n');
    },
  };
}
