import type { ClientSeed } from '@diode/access';
import type { ClientSecrets } from './client-secrets.js';
import type { HydraClients } from './hydra-clients.js';

/** What every sub-command works with. */
export interface BootstrapContext {
  readonly hydra: HydraClients;
  readonly adminUrl: string;
  readonly secrets: ClientSecrets;
  /** The configured clients with their secrets. Throws DiodeError `config_invalid`. */
  readonly seeds: () => Promise<readonly ClientSeed[]>;
  /** Ids of the configured clients. */
  readonly configured: () => Promise<ReadonlySet<string>>;
  /** Sees to it that the issuer has its keys, where it is known by which name to ask. Never throws. */
  readonly haveKeys: () => Promise<void>;
  readonly demo: boolean;
  /** Results; the only place where a secret is printed, and only by commands made for that. */
  readonly out: (line: string) => void;
  /** Progress and remarks. */
  readonly err: (line: string) => void;
}
