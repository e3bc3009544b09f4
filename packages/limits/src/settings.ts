/** One limit of `config/rate-limits.yml`. */
export interface RateLimit {
  /** How fast the bucket fills. */
  readonly requestsPerMinute: number;
  /** How much it holds. */
  readonly burstSize: number;
}

/** `config/rate-limits.yml`; what it leaves out is null or empty, and limits nothing. */
export interface RateLimitSettings {
  readonly global: RateLimit | null;
  readonly perClient: RateLimit | null;
  /** By path; a path means what is below it too. */
  readonly perEndpoint: Readonly<Record<string, RateLimit>>;
  /** CIDRs exempt from limits, never from authentication. */
  readonly whitelistIps: readonly string[];
}
