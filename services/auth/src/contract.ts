import type { GrantSource, Verifier } from '@diode/access';
import type { Health, HttpMetrics, Logger, RequestLimits } from '@diode/runtime';
import type { VerdictMetrics } from './edge/verdict-metrics.js';

/** How a client sends its credentials to the issuer; each client has one (its registration). */
export type AuthMethod = 'client_secret_basic' | 'client_secret_post';

/** A client as the issuer's admin API shows it, as far as we read it. */
export interface RegisteredClient {
  readonly client_id: string;
  readonly client_name: string;
  readonly scope: string;
  readonly owner: string;
  readonly created_at: string;
  readonly token_endpoint_auth_method: string;
  readonly metadata: { readonly sources?: readonly string[] | undefined };
}

/** What the issuer says of a token now; undefined where it calls it inactive. */
export interface ActiveToken {
  readonly sub: string;
  readonly scope: string;
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly client_id: string;
  readonly aud: readonly string[];
}

export interface ClientPage {
  readonly clients: readonly RegisteredClient[];
  readonly firstPageToken: string;
  /** Empty when this is the last page. */
  readonly nextPageToken: string;
}

/**
 * Port: the issuer's admin API. Every verb throws DiodeError `token_service_unavailable` when it cannot be asked;
 * a client that is not there is `undefined` or `false`.
 */
export interface IssuerAdmin {
  client(clientId: string): Promise<RegisteredClient | undefined>;
  /** `undefined` when the id is taken. */
  create(client: NewClient): Promise<RegisteredClient | undefined>;
  list(query: { owner: string; pageSize: number; pageToken: string }): Promise<ClientPage>;
  remove(clientId: string): Promise<boolean>;
  /** Believes "inactive" only of an issuer that is ready: Hydra without its database calls every token inactive. */
  introspect(token: string): Promise<ActiveToken | undefined>;
}

export interface NewClient {
  readonly client_id: string;
  readonly client_secret: string;
  readonly client_name: string;
  readonly scope: string;
  readonly owner: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Port: the issuer's public listener. */
export interface IssuerPublic {
  /** POST /oauth2/token. Throws DiodeError `token_service_unavailable` when it does not answer in time. */
  token(request: {
    readonly form: URLSearchParams;
    readonly basic?: { id: string; secret: string };
  }): Promise<IssuerReply>;
  /** GET /health/ready. Never throws. */
  ready(): Promise<boolean>;
}

export interface IssuerReply {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | undefined;
}

export interface AuthDeps {
  readonly logger: Logger;
  readonly metrics?: HttpMetrics;
  /** What the front door was told; see edge/. */
  readonly verdicts?: VerdictMetrics;
  readonly health: Health;
  readonly verifier: Verifier;
  /** Rate limits; absent where nothing counts. */
  readonly rate?: RequestLimits;
  /** `DIODE_TRUSTED_PROXIES`. */
  readonly trustedProxies?: readonly string[];
  readonly issuer: IssuerPublic;
  readonly admin: IssuerAdmin;
  /** For services that cannot reach the admin API; see grant-routes.ts. */
  readonly grants?: GrantSource;
  readonly tokenCache?: TokenCacheOptions;
  /** Token requests to the issuer at once. Default 8: Hydra's pool deadlocks near its `max_conns` (set that to 20). */
  readonly parallelTokenRequests?: number;
  /** Epoch ms. Default Date.now. */
  readonly now?: () => number;
}

export interface TokenCacheOptions {
  /** Default true. */
  readonly enabled?: boolean;
  /** Default 10,000. */
  readonly maxEntries?: number;
  /** However long a token lives, it is handed out again no longer than this, ms. Default 15,000: as long as a revoked client may go on. */
  readonly maxTtlMs?: number;
  /** How long a refusal of credentials is remembered, ms. Default 2,000. */
  readonly negativeTtlMs?: number;
}
