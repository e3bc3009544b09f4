import { BUCKET_KINDS, type BucketKind } from '@diode/limits';
import { Counter, type Registry } from 'prom-client';

/** What rate limits report. */
export interface LimitMetrics {
  /** A request was refused by a bucket of this kind. */
  refused(bucket: BucketKind): void;
  /** A request passed uncounted because Redis did not answer. */
  open(): void;
}

export function makeLimitMetrics(registry: Registry): LimitMetrics {
  const refused = new Counter({
    name: 'diode_rate_limited_requests_total',
    help: 'Requests and calls refused by a rate limit, by the kind of the bucket that was empty',
    labelNames: ['bucket'] as const,
    registers: [registry],
  });
  const open = new Counter({
    name: 'diode_rate_limit_open_total',
    help: 'Requests and calls that passed uncounted because Redis did not answer in time',
    registers: [registry],
  });
  for (const bucket of BUCKET_KINDS) refused.inc({ bucket }, 0);
  return {
    refused: (bucket) => refused.inc({ bucket }),
    open: () => open.inc(),
  };
}
