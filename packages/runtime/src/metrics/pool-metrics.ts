import { Gauge, type Registry } from 'prom-client';

const STATES = ['total', 'idle', 'waiting'] as const;

/** The part of a `pg.Pool` that is measured. */
export interface MeasuredPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** `diode_pg_pool_connections{state}`: read at each scrape. @returns sets the pool once it exists. */
export function makePoolMetrics(registers: Registry[]): { watch(pool: MeasuredPool): void } {
  let watched: MeasuredPool | null = null;
  const gauge = new Gauge({
    name: 'diode_pg_pool_connections',
    help: 'Postgres connections of this process (total, idle) and callers waiting for one',
    labelNames: ['state'] as const,
    registers,
    collect() {
      if (watched === null) return;
      this.set({ state: 'total' }, watched.totalCount);
      this.set({ state: 'idle' }, watched.idleCount);
      this.set({ state: 'waiting' }, watched.waitingCount);
    },
  });
  for (const state of STATES) gauge.set({ state }, 0);
  return {
    watch(pool) {
      watched = pool;
    },
  };
}
