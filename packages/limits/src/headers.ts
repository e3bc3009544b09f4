import type { Allowed, Refused } from './verdict.js';

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers for the tightest bucket, as structured fields: quota `q` in a
 * window of `w` seconds (what an empty bucket needs to fill), `r` requests left, and `t` seconds until the bucket is full again, or, on a
 * refusal, until it has a token, the same moment as `Retry-After`.
 */
export function rateLimitHeaders(verdict: Allowed | Refused): { 'ratelimit-policy': string; ratelimit: string } {
  const { kind, limit, roomUs } = verdict.bucket;
  const policy = `"${kind}";q=${limit.burstSize};w=${Math.ceil(roomUs / 1_000_000)}`;
  const left = verdict.kind === 'allowed' ? verdict.remaining : 0;
  const ms = verdict.kind === 'allowed' ? verdict.fullInMs : verdict.waitMs;
  return { 'ratelimit-policy': policy, ratelimit: `"${kind}";r=${left};t=${Math.ceil(ms / 1000)}` };
}

/** One sentence for the caller. */
export function refusalWords({ bucket, waitMs }: Refused): string {
  const { requestsPerMinute, burstSize } = bucket.limit;
  const rate = `${requestsPerMinute} requests a minute and ${burstSize} at once`;
  const seconds = `; try again in ${Math.ceil(waitMs / 1000)} s`;
  if (bucket.kind === 'client') return `a client may make ${rate}${seconds}`;
  if (bucket.kind === 'endpoint')
    return `${bucket.id === '' ? '/' : bucket.id} takes ${rate}, of all clients together${seconds}`;
  return `Diode takes ${rate}, of all clients together${seconds}`;
}
