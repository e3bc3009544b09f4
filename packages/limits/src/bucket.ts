import type { RateLimit, RateLimitSettings } from './settings.js';

/** The kinds of bucket there are: a closed set, for metrics and headers. */
export const BUCKET_KINDS = ['global', 'client', 'endpoint'] as const;
export type BucketKind = (typeof BUCKET_KINDS)[number];

/** One bucket a request takes from. */
export interface Bucket {
  readonly kind: BucketKind;
  /** The client's id, the endpoint's path, or empty: with `kind` the name by which every instance shares it. */
  readonly id: string;
  readonly limit: RateLimit;
  /** Microseconds in which one token comes. */
  readonly intervalUs: number;
  /** Microseconds in which an empty bucket is full: the most it can lack. */
  readonly roomUs: number;
}

/** Who asks for what. */
export interface BucketsFor {
  /** null: nobody who is known. */
  readonly clientId: string | null;
  /** Decoded, without query. */
  readonly path: string;
}

export type BucketsOf = (request: BucketsFor) => readonly Bucket[];

/** Every bucket of the settings that a request takes from (READING "Rate limits": all that match apply). */
export function bucketsOf(settings: RateLimitSettings): BucketsOf {
  const { perClient } = settings;
  const global = settings.global === null ? [] : [makeBucket('global', '', settings.global)];
  const endpoints = Object.entries(settings.perEndpoint).map(([path, limit]) =>
    makeBucket('endpoint', withoutTrailingSlash(path), limit),
  );
  return ({ clientId, path }) => {
    const client = clientId === null || perClient === null ? [] : [makeBucket('client', clientId, perClient)];
    return [...global, ...client, ...endpoints.filter((endpoint) => isBelow(path, endpoint.id))];
  };
}

/**
 * Whole microseconds, so that the sums are exact wherever they are made, and rounded up, so that a limit is never exceeded. What
 * that costs is under a hundredth of the rate up to 600,000 requests a minute.
 */
export function makeBucket(kind: BucketKind, id: string, limit: RateLimit): Bucket {
  const intervalUs = Math.ceil(60_000_000 / limit.requestsPerMinute);
  return { kind, id, limit, intervalUs, roomUs: intervalUs * limit.burstSize };
}

/** A prefix ends where a segment ends: `/api/v1/ingest` means `/api/v1/ingest/devices`, not `/api/v1/ingestx`. */
function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/');
}

/** `/` itself becomes empty, and everything is below that. */
function withoutTrailingSlash(path: string): string {
  return path.replace(/\/+$/, '');
}
