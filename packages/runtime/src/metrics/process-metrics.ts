import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Gauges of prom-client whose names `promtool check metrics` refuses (a gauge must not end in `_total`). */
const REFUSED_BY_PROMTOOL = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
] as const;

/** CPU, memory, open files, event-loop lag and garbage collection of this process. */
export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of REFUSED_BY_PROMTOOL) registry.removeSingleMetric(name);
}
