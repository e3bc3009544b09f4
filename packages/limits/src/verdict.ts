import type { Bucket } from './bucket.js';
import type { Take } from './take.js';

/** How a request stands with its limits. */
export type Verdict =
  /** Nothing limits it: an exempt network, no bucket for it, or nobody to count (`RateStore.take` gave null). */
  | { readonly kind: 'uncounted' }
  | {
      readonly kind: 'allowed';
      /** The tightest: of which the fewest requests are left. */
      readonly bucket: Bucket;
      readonly remaining: number;
      /** Until that bucket is full again. */
      readonly fullInMs: number;
    }
  | {
      readonly kind: 'refused';
      /** The tightest: which has a token last. */
      readonly bucket: Bucket;
      /** Until it has one. */
      readonly waitMs: number;
    };

export type Refused = Extract<Verdict, { kind: 'refused' }>;
export type Allowed = Extract<Verdict, { kind: 'allowed' }>;

/** The verdict of the tightest bucket (READING "Rate limits"). */
export function verdictOf(buckets: readonly Bucket[], take: Take): Verdict {
  const lack = (i: number): number => take.lackUs[i] ?? 0;
  let verdict: Verdict = { kind: 'uncounted' };
  for (const [i, bucket] of buckets.entries()) {
    if (take.taken) {
      const remaining = Math.floor((bucket.roomUs - lack(i)) / bucket.intervalUs);
      const fullInMs = Math.ceil(lack(i) / 1000);
      if (verdict.kind !== 'allowed' || remaining < verdict.remaining) {
        verdict = { kind: 'allowed', bucket, remaining, fullInMs };
      }
    } else {
      const waitMs = Math.ceil((lack(i) + bucket.intervalUs - bucket.roomUs) / 1000);
      if (waitMs > (verdict.kind === 'refused' ? verdict.waitMs : 0)) verdict = { kind: 'refused', bucket, waitMs };
    }
  }
  return verdict;
}
