import { join } from 'node:path';
import {
  type ClientSeed,
  configuredSources,
  type GrantSource,
  makeAdminGrantLookup,
  makeGrantSource,
  makeVerifier,
  readClientConfig,
  resolveClientSecrets,
  type Verifier,
} from '@diode/access';
import { type Issuer, startIssuer } from '@diode/issuer';
import type { Lifecycle, Logger } from '@diode/runtime';
import { sayTakenPort } from './taken-port.js';

export interface IssuerPartOptions {
  readonly dataDir: string;
  readonly clientConfigFile: string;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly demo: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly life: Lifecycle;
}

export interface IssuerPart {
  readonly issuer: Issuer;
  readonly clients: readonly ClientSeed[];
  readonly verifier: Verifier;
  readonly grants: GrantSource;
}

/** The token issuer with the configured clients, and what verifies its tokens. */
export async function startIssuerPart(o: IssuerPartOptions): Promise<IssuerPart> {
  const config = await readClientConfig(o.clientConfigFile);
  const secretsDir = join(o.dataDir, 'clients');
  const resolved = await resolveClientSecrets({ clients: config, demo: o.demo, env: o.env, secretsDir });
  const generated = [...resolved.origins].filter(([, origin]) => origin === 'generated').map(([id]) => id);
  if (generated.length > 0)
    o.logger.info({ clients: generated, dir: secretsDir }, 'client secrets made and kept with mode 0600');
  const issuer = await sayTakenPort({
    port: o.port,
    env: 'DIODE_ISSUER_PORT',
    also: [{ port: o.adminPort, env: 'DIODE_ISSUER_ADMIN_PORT' }],
    listen: () =>
      startIssuer({
        dataDir: join(o.dataDir, 'issuer'),
        host: o.host,
        port: o.port,
        adminPort: o.adminPort,
        log: o.logger,
        clients: resolved.seeds,
      }),
  });
  o.life.onStop({ phase: 'close', name: 'issuer', stop: () => issuer.close() });
  return {
    issuer,
    clients: resolved.seeds,
    verifier: makeVerifier({
      issuer: issuer.issuerUrl,
      jwksUrl: `${issuer.publicUrl}/.well-known/jwks.json`,
      audience: 'diode',
    }),
    grants: makeGrantSource({
      configured: configuredSources(config),
      lookup: makeAdminGrantLookup({ adminUrl: issuer.adminUrl }),
    }),
  };
}
