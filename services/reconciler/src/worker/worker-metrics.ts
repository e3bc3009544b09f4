import type { ReconcileMetrics } from '@diode/runtime';
import type { WorkerMetrics } from './deps.js';

/** The worker's counts in the process's metrics. */
export function workerMetrics(metrics: ReconcileMetrics): WorkerMetrics {
  return {
    ended({ source, dryRun, state, seconds }) {
      metrics.ended({ source, destination: dryRun ? 'dry_run' : 'netbox', status: state });
      metrics.reconciled(seconds);
    },
    retried(reason, count) {
      for (let i = 0; i < count; i += 1) metrics.retried(reason);
    },
  };
}
