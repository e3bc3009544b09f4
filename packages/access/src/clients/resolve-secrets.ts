import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiodeError } from '@diode/protocol';
import { CLIENT_ID, type ClientConfig, type ClientSeed } from './client-config.js';
import { writeOwnerOnly } from './owner-only-file.js';

export interface ResolveSecretsOptions {
  readonly clients: readonly ClientConfig[];
  /** DIODE_DEMO=1: what the environment does not set has the seed's published secret, `<id>-secret`, and scope. */
  readonly demo: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where generated secrets are kept, one file a client, 0600. */
  readonly secretsDir: string;
  /** What to do about a client without a secret: make one and keep it (the default), or refuse, where another makes them. */
  readonly missing?: 'make' | 'refuse';
}

/** Where a secret came from; safe to log, unlike the secret. */
export type SecretOrigin = 'environment' | 'demo' | 'file' | 'generated';

export interface ResolvedClients {
  readonly seeds: readonly ClientSeed[];
  readonly origins: ReadonlyMap<string, SecretOrigin>;
}

/** File beside the secrets of clients: the ids of those whose secret the environment gives, a line each. No id begins with a dot. */
export const SECRETS_FROM_ENV = '.from-environment';

const MIN_LENGTH = 6;
const SEED_CLIENT_SCOPE = 'read write diode:ingest diode:read';

/**
 * Gives each configured client its secret: `DIODE_CLIENT_SECRET_<ID>` or `…_FILE`, else the published one in demo
 * mode, else the file in `secretsDir`, else a generated one that is then kept there (or a refusal: see `missing`). `OAUTH2_CLIENT_ID` adds a client
 * of its own (`OAUTH2_CLIENT_SECRET`, or `…_FILE`). Throws DiodeError `config_invalid` naming the variable.
 */
export async function resolveClientSecrets(options: ResolveSecretsOptions): Promise<ResolvedClients> {
  const origins = new Map<string, SecretOrigin>();
  const seeds: ClientSeed[] = [];
  for (const client of withSeedClient(options.clients, options.env)) {
    const [secret, origin] = await secretOf(client.client_id, options);
    origins.set(client.client_id, origin);
    seeds.push({ ...client, client_secret: secret, scope: options.demo ? withAdmin(client.scope) : client.scope });
  }
  return { seeds, origins };
}

/** 43 characters of base64url: fit for Basic as they are (facts/hydra.md "Tokens"). */
export function newClientSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The variable of a client's secret: `diode-ingest` → `DIODE_CLIENT_SECRET_DIODE_INGEST`. */
export function secretVariable(clientId: string): string {
  return `DIODE_CLIENT_SECRET_${clientId.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

function withSeedClient(clients: readonly ClientConfig[], env: ResolveSecretsOptions['env']): readonly ClientConfig[] {
  const client_id = env.OAUTH2_CLIENT_ID;
  if (!client_id || clients.some((client) => client.client_id === client_id)) return clients;
  if (!CLIENT_ID.test(client_id)) {
    throw new DiodeError('config_invalid', {
      detail: 'OAUTH2_CLIENT_ID must be made of letters, digits, ".", "_", "-".',
    });
  }
  return [
    ...clients,
    {
      client_id,
      client_name: client_id,
      grant_types: ['client_credentials'],
      scope: SEED_CLIENT_SCOPE,
      audience: ['netbox', 'diode'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ];
}

async function secretOf(clientId: string, options: ResolveSecretsOptions): Promise<readonly [string, SecretOrigin]> {
  const { env } = options;
  const variables = [secretVariable(clientId), ...(env.OAUTH2_CLIENT_ID === clientId ? ['OAUTH2_CLIENT_SECRET'] : [])];
  for (const variable of variables) {
    const given = await fromEnvironment(variable, env);
    if (given !== undefined) return [given, 'environment'];
  }
  if (options.demo) return [`${clientId}-secret`, 'demo'];
  const path = join(options.secretsDir, clientId);
  const kept = await readKeptSecret(options.secretsDir, clientId);
  if (kept !== undefined) return [kept, 'file'];
  if (options.missing === 'refuse') throw noSecret(clientId, options.secretsDir);
  const made = newClientSecret();
  await writeOwnerOnly(path, `${made}\n`);
  return [made, 'generated'];
}

function noSecret(clientId: string, dir: string): DiodeError {
  const detail = `There is no secret for the client ${clientId} in ${dir}.`;
  const remedy = 'Run diode-init (docker compose run --rm diode-init), which makes the secrets that are missing.';
  return new DiodeError('config_invalid', {
    detail,
    errors: [{ pointer: `/clients/${clientId}`, code: 'config_invalid', detail, remedy }],
  });
}

async function fromEnvironment(variable: string, env: ResolveSecretsOptions['env']): Promise<string | undefined> {
  const file = env[`${variable}_FILE`];
  const secret = env[variable] || (file ? await readSecret(file, false) : undefined);
  if (secret !== undefined && secret.length < MIN_LENGTH) {
    throw new DiodeError('config_invalid', { detail: `${variable} must have at least ${MIN_LENGTH} characters.` });
  }
  return secret;
}

/** A secret kept in a file; undefined when there is none. Throws DiodeError `config_invalid` when it cannot be read. */
export function readKeptSecret(secretsDir: string, clientId: string): Promise<string | undefined> {
  return readSecret(join(secretsDir, clientId), true);
}

async function readSecret(path: string, mayBeMissing: boolean): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret.length >= MIN_LENGTH) return secret;
  } catch (cause) {
    if (mayBeMissing && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new DiodeError('config_invalid', { detail: `The secret in ${path} cannot be read.`, cause });
  }
  throw new DiodeError('config_invalid', { detail: `The secret in ${path} is too short.` });
}

/** The seed prints its clients with the scope `admin`; only demo mode gives it them (READING "Clients and tokens"). */
function withAdmin(scope: string): string {
  return scope.split(' ').includes('admin') ? scope : `${scope} admin`;
}
