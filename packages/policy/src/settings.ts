import type { RateLimitSettings } from '@diode/limits';

/** Service settings: what `ingester.yml`, `reconciler.yml` and `rate-limits.yml` say besides policy. All have built-in defaults. */
export interface Settings {
  readonly ingester: IngesterSettings;
  readonly reconciler: ReconcilerSettings;
  readonly rateLimits: RateLimitSettings;
}

export interface IngesterSettings {
  readonly limits: {
    /** Bytes of a body after decompression. */
    readonly bodyBytes: number;
    readonly entities: number;
    /** Levels of nesting inside `data`. */
    readonly depth: number;
    /** UTF-16 units of one string inside `data`. */
    readonly stringLength: number;
    /** Keys and list items inside one entity's `data`. */
    readonly values: number;
  };
  /** Measured on work waiting (I10). */
  readonly backPressure: {
    /** Entities waiting at which requests are slowed. */
    readonly slowAt: number;
    /** Entities waiting at which requests are refused. */
    readonly maxWaiting: number;
    /** Age of the oldest entity waiting at which requests are slowed. */
    readonly maxAgeSeconds: number;
  };
  readonly metrics: MetricsSettings;
}

export interface ReconcilerSettings {
  readonly netbox: {
    readonly timeoutSeconds: number;
    /** Objects in one bulk write to begin with; adapts between 1 and `maxBatchSize`. */
    readonly batchSize: number;
    readonly maxBatchSize: number;
    /** Bulk writes in flight at once. */
    readonly concurrency: number;
    readonly backoff: { readonly firstSeconds: number; readonly maxSeconds: number };
  };
  readonly mirror: {
    /** Older copies are read anew before they decide anything. */
    readonly maxAgeSeconds: number;
    readonly feedIntervalSeconds: number;
  };
  readonly queue: {
    readonly leaseSeconds: number;
    readonly sweepSeconds: number;
    /** Entities planned as one graph. */
    readonly claimBatch: number;
  };
  /** How long an entity waits for another before it is held. */
  readonly waitingMaxSeconds: number;
  readonly metrics: MetricsSettings;
}

/** The seed's `metrics:` block. */
export interface MetricsSettings {
  readonly enabled: boolean;
  readonly endpoint: string;
  readonly port: number;
  readonly customMetrics: readonly CustomMetric[];
}

export interface CustomMetric {
  readonly name: string;
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly description: string;
  readonly labels: readonly string[];
  readonly buckets: readonly number[];
}
