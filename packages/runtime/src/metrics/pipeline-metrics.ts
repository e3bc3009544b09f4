import { TERMINAL_STATES, type TerminalState } from '@diode/protocol';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Where an entity's outcome went. */
export const DESTINATIONS = ['netbox', 'dry_run'] as const;
export type Destination = (typeof DESTINATIONS)[number];
/** The label of every source nobody configured or granted: label sets stay closed (READING "Metrics"). */
export const OTHER_SOURCE = 'other';
/** States of work that waits (the stages of the backlog). */
export const BACKLOG_STAGES = ['queued', 'planning', 'retrying', 'waiting'] as const;
export type BacklogStage = (typeof BACKLOG_STAGES)[number];
/** Why a piece of work was tried again. */
export const RETRY_REASONS = [
  'netbox_unavailable',
  'netbox_throttled',
  'storage_unavailable',
  'conflict',
  'other',
] as const;
export type RetryReason = (typeof RETRY_REASONS)[number];

const SEED_INGESTION_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10];
const SEED_RECONCILIATION_BUCKETS = [1, 5, 10, 30, 60, 300];

/** What the ingester reports beside HTTP and gRPC. */
export interface IngestMetrics {
  /** Seconds from request to commit. */
  committed(seconds: number): void;
  entities(outcome: 'accepted' | 'refused', count: number): void;
}

/** What the reconciler reports. */
export interface ReconcileMetrics {
  /** One entity reached its end. */
  ended(o: { source: string; destination: Destination; status: TerminalState; count?: number }): void;
  /** Seconds from picking work up to its receipt. */
  reconciled(seconds: number): void;
  retried(reason: RetryReason): void;
  setBacklog(o: { oldestWaitingSeconds: number; stages: Readonly<Partial<Record<BacklogStage, number>>> }): void;
}

/** What the configuration says of a metric (the seed's `custom_metrics`): words before ours, other buckets. */
export interface MetricShape {
  readonly description: string;
  readonly buckets: readonly number[];
}
export type MetricShapes = ReadonlyMap<string, MetricShape>;

/** Ours says what is measured, so it always stands; the configured words go before it. */
function help(shapes: MetricShapes, name: string, ours: string): string {
  const words = shapes.get(name)?.description.trim() ?? '';
  return words === '' ? ours : `${words} (${ours})`;
}

function buckets(shapes: MetricShapes, name: string, ours: readonly number[]): number[] {
  const given = shapes.get(name)?.buckets ?? [];
  return [...(given.length > 0 ? given : ours)];
}

export function makeIngestMetrics(registers: Registry[], shapes: MetricShapes): IngestMetrics {
  const rate = new Histogram({
    name: 'diode_data_ingestion_rate',
    help: help(shapes, 'diode_data_ingestion_rate', 'Seconds from an ingest request to its commit in Postgres'),
    buckets: buckets(shapes, 'diode_data_ingestion_rate', SEED_INGESTION_BUCKETS),
    registers,
  });
  const entities = new Counter({
    name: 'diode_ingested_entities_total',
    help: 'Entities of ingest requests, by whether they were taken',
    labelNames: ['outcome'] as const,
    registers,
  });
  for (const outcome of ['accepted', 'refused'] as const) entities.inc({ outcome }, 0);
  return {
    committed: (seconds) => rate.observe(seconds),
    entities: (outcome, count) => entities.inc({ outcome }, count),
  };
}

export function makeReconcileMetrics(
  registers: Registry[],
  sources: readonly string[],
  shapes: MetricShapes,
): ReconcileMetrics {
  const operations = new Counter({
    name: 'diode_sync_operations_total',
    help: help(
      shapes,
      'diode_sync_operations_total',
      'Entities that reached an end, by source, destination and end state',
    ),
    labelNames: ['source', 'destination', 'status'] as const,
    registers,
  });
  const known = new Set([...sources, OTHER_SOURCE]);
  for (const source of known) {
    for (const destination of DESTINATIONS) {
      for (const status of TERMINAL_STATES) operations.inc({ source, destination, status }, 0);
    }
  }
  const duration = new Histogram({
    name: 'diode_reconciliation_duration',
    help: help(shapes, 'diode_reconciliation_duration', 'Seconds from picking a piece of work up to its receipts'),
    buckets: buckets(shapes, 'diode_reconciliation_duration', SEED_RECONCILIATION_BUCKETS),
    registers,
  });
  const retries = new Counter({
    name: 'diode_retries_total',
    help: 'Work put back to be tried again, by reason',
    labelNames: ['reason'] as const,
    registers,
  });
  for (const reason of RETRY_REASONS) retries.inc({ reason }, 0);
  return {
    ended: ({ source, destination, status, count }) =>
      operations.inc({ source: known.has(source) ? source : OTHER_SOURCE, destination, status }, count ?? 1),
    reconciled: (seconds) => duration.observe(seconds),
    retried: (reason) => retries.inc({ reason }),
    setBacklog: makeBacklogGauges(registers),
  };
}

function makeBacklogGauges(registers: Registry[]): ReconcileMetrics['setBacklog'] {
  const age = new Gauge({
    name: 'diode_queue_age_seconds',
    help: 'Age of the oldest entity that waits for its receipt',
    registers,
  });
  const backlog = new Gauge({
    name: 'diode_backlog_entities',
    help: 'Entities that wait, by stage',
    labelNames: ['stage'] as const,
    registers,
  });
  for (const stage of BACKLOG_STAGES) backlog.set({ stage }, 0);
  return ({ oldestWaitingSeconds, stages }) => {
    age.set(oldestWaitingSeconds);
    for (const stage of BACKLOG_STAGES) backlog.set({ stage }, stages[stage] ?? 0);
  };
}
