import { type Bucket, type BucketsFor, bucketsOf } from './bucket.js';
import { makeNetworks } from './networks.js';
import type { RateLimitSettings } from './settings.js';
import type { Take } from './take.js';
import { type Verdict, verdictOf } from './verdict.js';

/** Port: where the buckets are, shared by all instances. */
export interface RateStore {
  /** One token from each bucket or none from any. null: the store does not answer in time, so nobody counts. Never throws. */
  take(buckets: readonly Bucket[]): Promise<Take | null>;
}

export interface LimitedRequest extends BucketsFor {
  /** The client's own address, proxies taken into account; it decides about exemption only. */
  readonly address: string;
}

export interface RateLimiter {
  /** False where a request from this address needs no check: nothing is limited, or its network is exempt. */
  counts(address: string): boolean;
  /** Counts a request. Never throws; a store that does not answer lets everything pass (`uncounted`). */
  check(request: LimitedRequest): Promise<Verdict>;
}

const UNCOUNTED: Verdict = { kind: 'uncounted' };

export function makeRateLimiter(o: { readonly settings: RateLimitSettings; readonly store: RateStore }): RateLimiter {
  const bucketsFor = bucketsOf(o.settings);
  const exempt = makeNetworks(o.settings.whitelistIps);
  const { global, perClient, perEndpoint } = o.settings;
  const nothing = global === null && perClient === null && Object.keys(perEndpoint).length === 0;
  const counts = (address: string): boolean => !nothing && !exempt.has(address);
  return {
    counts,
    async check(request) {
      const buckets = bucketsFor(request);
      if (buckets.length === 0 || !counts(request.address)) return UNCOUNTED;
      const take = await o.store.take(buckets);
      return take === null ? UNCOUNTED : verdictOf(buckets, take);
    },
  };
}
