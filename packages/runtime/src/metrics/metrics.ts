import { VERSION } from '@diode/protocol';
import { Gauge, Registry } from 'prom-client';
import { type GrpcMetrics, makeGrpcMetrics } from './grpc-metrics.js';
import { type HttpMetrics, makeHttpMetrics } from './http-metrics.js';
import { type LimitMetrics, makeLimitMetrics } from './limit-metrics.js';
import { makeNetboxMetrics, type NetboxMetrics } from './netbox-metrics.js';
import {
  type IngestMetrics,
  type MetricShape,
  type MetricShapes,
  makeIngestMetrics,
  makeReconcileMetrics,
  type ReconcileMetrics,
} from './pipeline-metrics.js';
import { type MeasuredPool, makePoolMetrics } from './pool-metrics.js';
import { addProcessMetrics } from './process-metrics.js';

export interface MetricsOptions {
  readonly service: string;
  /** `DIODE_INSTANCE_ID`, as in the logs. */
  readonly instanceId?: string;
  /** Which parts of the pipeline run in this process; only their series are shown. Default: all. */
  readonly parts?: readonly ('ingest' | 'reconcile')[];
  /** Names the `source` label may take beside `other`: configured or granted sources. */
  readonly sources?: readonly string[];
  /** Words and buckets from the configuration, by metric name. */
  readonly shapes?: readonly (MetricShape & { readonly name: string })[];
}

/** Everything a process measures, in its own registry; closed label sets, all present at zero. */
export interface Metrics {
  readonly registry: Registry;
  readonly http: HttpMetrics;
  readonly grpc: GrpcMetrics;
  readonly limits: LimitMetrics;
  readonly ingest: IngestMetrics;
  readonly reconcile: ReconcileMetrics;
  readonly netbox: NetboxMetrics;
  watchPool(pool: MeasuredPool): void;
  /** Runs before each scrape. A failure leaves the last values and never fails the scrape. */
  onScrape(collect: () => Promise<void>): void;
  /** The text of a scrape. */
  render(): Promise<string>;
}

export function makeMetrics(o: MetricsOptions): Metrics {
  const registry = new Registry();
  const shapes: MetricShapes = new Map((o.shapes ?? []).map((shape) => [shape.name, shape]));
  const parts = new Set(o.parts ?? ['ingest', 'reconcile']);
  const ofPart = (part: 'ingest' | 'reconcile'): Registry[] => (parts.has(part) ? [registry] : []);
  const hooks: (() => Promise<void>)[] = [];
  addProcessMetrics(registry);
  const info = new Gauge({
    name: 'diode_build_info',
    help: 'Which service, version and instance this is; always 1',
    labelNames: ['service', 'version', 'instance_id'] as const,
    registers: [registry],
  });
  info.set({ service: o.service, version: VERSION, instance_id: o.instanceId ?? 'unknown' }, 1);
  const pool = makePoolMetrics(parts.size > 0 ? [registry] : []);
  return {
    registry,
    http: makeHttpMetrics(registry),
    grpc: makeGrpcMetrics(registry),
    limits: makeLimitMetrics(registry),
    ingest: makeIngestMetrics(ofPart('ingest'), shapes),
    reconcile: makeReconcileMetrics(ofPart('reconcile'), o.sources ?? [], shapes),
    netbox: makeNetboxMetrics(ofPart('reconcile')),
    watchPool: (p) => pool.watch(p),
    onScrape: (collect) => hooks.push(collect),
    async render() {
      await Promise.allSettled(hooks.map((hook) => hook()));
      return registry.metrics();
    },
  };
}
