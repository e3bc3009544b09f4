export { BUCKET_KINDS, type Bucket, type BucketKind, type BucketsFor, bucketsOf, makeBucket } from './bucket.js';
export { rateLimitHeaders, refusalWords } from './headers.js';
export { type LimitedRequest, makeRateLimiter, type RateLimiter, type RateStore } from './limiter.js';
export { isNetwork, makeNetworks, type Networks } from './networks.js';
export type { RateLimit, RateLimitSettings } from './settings.js';
export { type Take, take } from './take.js';
export { type Allowed, type Refused, type Verdict, verdictOf } from './verdict.js';
