import type { KeyAlgorithm } from './signing-key.js';

/**
 * A client to be there after start. Fields carry Hydra's names because the seeds come from `oauth2/client-config.json`.
 * `client_secret` is in clear here and nowhere else: it is hashed before it is kept.
 */
export interface ClientSeed {
  readonly client_id: string;
  readonly client_secret: string;
  readonly client_name?: string | undefined;
  readonly grant_types: readonly string[];
  /** Space-separated. */
  readonly scope: string;
  readonly audience?: readonly string[] | undefined;
  readonly token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post';
  /** `sources`: the names this client may assert as (packages/access, GrantSource). */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What the issuer says of itself. A constant message plus keys; never a secret or a token. */
export interface IssuerLog {
  info(keys: Readonly<Record<string, unknown>>, message: string): void;
  warn(keys: Readonly<Record<string, unknown>>, message: string): void;
  error(keys: Readonly<Record<string, unknown>>, message: string): void;
}

export interface IssuerOptions {
  /** Holds clients, keys and revocations; made 0700, files 0600. One process at a time. */
  readonly dataDir: string;
  /** Where the public listener binds. The admin listener always binds 127.0.0.1. */
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly adminPort: number;
  /** `iss`, to the letter. Default: the public URL. */
  readonly issuerUrl?: string;
  readonly log: IssuerLog;
  /** Made when missing, repaired when they differ (secret too); others are left alone. */
  readonly clients: readonly ClientSeed[];
  /** Of the first signing key; later keys are chosen by POST /admin/keys. Default ES256 (facts/embedded-parts.md §3). */
  readonly algorithm?: KeyAlgorithm;
  /** Life of an access token, seconds. Default 3600: SDKs refresh below 60 (facts/diode-wire.md §2.4). */
  readonly tokenTtlS?: number;
}

export interface Issuer {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly issuerUrl: string;
  close(): Promise<void>;
}
