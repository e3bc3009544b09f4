import { clientOf, type Verifier } from '@diode/access';
import { formatMistakes, loadRateLimits } from '@diode/policy';
import { DiodeError } from '@diode/protocol';
import { openRateStore } from '@diode/queue';
import {
  type Lifecycle,
  type Logger,
  limitsLog,
  type Metrics,
  makeRequestLimits,
  type RequestLimits,
} from '@diode/runtime';

/**
 * The rate limits of this process, shared with all others through Redis. null where no Redis is named: then nothing counts here, and that is said.
 * @throws DiodeError policy_invalid
 */
export async function openRate(o: {
  readonly config: { readonly configDir: string; readonly redisUrl: string | null };
  readonly logger: Logger;
  readonly life: Lifecycle;
  readonly verifier: Verifier;
  readonly metrics: Metrics;
}): Promise<RequestLimits | null> {
  const loaded = loadRateLimits(o.config.configDir);
  if (loaded.kind === 'invalid') throw new DiodeError('policy_invalid', { detail: formatMistakes(loaded.mistakes) });
  const { redisUrl } = o.config;
  if (redisUrl === null) {
    o.logger.warn('DIODE_REDIS_URL is not set: token requests and the other paths of this service have no rate limits');
    return null;
  }
  const store = await openRateStore({ redisUrl, prefix: 'diode:', onChange: limitsLog(o.logger) });
  o.life.onStop({ phase: 'close', name: 'rate limits', stop: () => store.close() });
  return makeRequestLimits({
    settings: loaded.rateLimits,
    store,
    clientOf: clientOf(o.verifier),
    metrics: o.metrics.limits,
  });
}
