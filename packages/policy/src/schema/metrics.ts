import { key, listOf, object } from '../read/collections.js';
import { mapped, type Reader, refine } from '../read/reader.js';
import { boolean, number, oneOf, text, whole } from '../read/scalars.js';
import type { CustomMetric, MetricsSettings } from '../settings.js';

/** The seed's three, with its names, types, labels and buckets. */
export const SEED_METRICS: readonly CustomMetric[] = [
  {
    name: 'diode_sync_operations_total',
    type: 'counter',
    description: 'Total number of sync operations',
    labels: ['source', 'destination', 'status'],
    buckets: [],
  },
  {
    name: 'diode_data_ingestion_rate',
    type: 'histogram',
    description: 'Rate of data ingestion',
    labels: [],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10],
  },
  {
    name: 'diode_reconciliation_duration',
    type: 'histogram',
    description: 'Time taken for data reconciliation',
    labels: [],
    buckets: [1, 5, 10, 30, 60, 300],
  },
];

const metricName: Reader<string> = refine(text(), (name) =>
  /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) ? null : { message: `"${name}" cannot name a metric`, suggestion: null },
);

const rising: Reader<readonly number[]> = refine(listOf(number()), (buckets) =>
  buckets.every((bucket, index) => index === 0 || bucket > (buckets[index - 1] ?? 0))
    ? null
    : { message: 'buckets must rise', suggestion: null },
);

const metric = object({
  name: { ...key('The name Prometheus sees.', metricName), required: true },
  type: { ...key('`counter`, `gauge` or `histogram`.', oneOf(['counter', 'gauge', 'histogram'])), required: true },
  description: key('Help text.', text()),
  labels: key('Names of labels.', listOf(text())),
  buckets: key('Upper bounds of a histogram, rising.', rising),
});

/** The seed's `metrics:` block. */
export const metrics: Reader<MetricsSettings> = mapped(
  object({
    enabled: key('Listen for Prometheus at all.', boolean()),
    endpoint: key(
      'Path.',
      refine(text(), (path) =>
        path.startsWith('/') ? null : { message: 'a path begins with /', suggestion: `write "/${path}"` },
      ),
    ),
    port: key('Port; `DIODE_METRICS_PORT` goes before it. 0 = any free one.', whole(0, 65_535)),
    custom_metrics: key('Metrics under the names given here.', listOf(metric)),
  }),
  (read): MetricsSettings => ({
    enabled: read.enabled ?? true,
    endpoint: read.endpoint ?? '/metrics',
    port: read.port ?? 9090,
    customMetrics:
      read.custom_metrics?.flatMap(({ name, type, description, labels, buckets }) =>
        name === undefined || type === undefined
          ? []
          : [{ name, type, description: description ?? name, labels: labels ?? [], buckets: buckets ?? [] }],
      ) ?? SEED_METRICS,
  }),
);

export const DEFAULT_METRICS: MetricsSettings = {
  enabled: true,
  endpoint: '/metrics',
  port: 9090,
  customMetrics: SEED_METRICS,
};
