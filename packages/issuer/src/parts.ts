import type { AccessTokens } from './access-token.js';
import type { ClientStore } from './client-store.js';
import type { IssuerLog } from './contract.js';
import type { KeyStore } from './key-store.js';
import type { RevocationStore } from './revocation-store.js';
import type { SecretChecker } from './secret-checker.js';

/** What both listeners are built from. */
export interface IssuerParts {
  /** A function, because a port of 0 is known only once it is bound. */
  readonly issuerUrl: () => string;
  readonly clients: ClientStore;
  readonly secrets: SecretChecker;
  readonly keys: KeyStore;
  readonly tokens: AccessTokens;
  readonly revocations: RevocationStore;
  readonly log: IssuerLog;
}
