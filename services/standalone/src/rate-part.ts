import { clientOf, type Verifier } from '@diode/access';
import type { RateLimitSettings } from '@diode/limits';
import { openRateStore } from '@diode/queue';
import {
  type Lifecycle,
  type Logger,
  limitsLog,
  type Metrics,
  makeRequestLimits,
  type RequestLimits,
} from '@diode/runtime';

export interface RatePartOptions {
  readonly settings: RateLimitSettings;
  readonly redisUrl: string;
  readonly verifier: Verifier;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly life: Lifecycle;
}

/** The rate limits of all doors of this process. */
export async function openRatePart(o: RatePartOptions): Promise<RequestLimits> {
  const store = await openRateStore({ redisUrl: o.redisUrl, prefix: 'diode:', onChange: limitsLog(o.logger) });
  o.life.onStop({ phase: 'close', name: 'rate limits', stop: () => store.close() });
  return makeRequestLimits({
    settings: o.settings,
    store,
    clientOf: clientOf(o.verifier),
    metrics: o.metrics.limits,
  });
}
