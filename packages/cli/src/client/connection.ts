import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';

/** How to reach a Diode and as whom. */
export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM of the private CA that signed Diode's certificate; absent: the CAs that Node knows. */
  readonly ca?: string;
}

export interface ConnectionOptions {
  readonly url?: string;
  readonly clientId?: string;
}

/** Directories whose `.diode` may be that of a running standalone, best first. */
export interface Places {
  readonly cwd: string;
  /** Where this command is installed; a standalone keeps its data there unless told otherwise. */
  readonly checkout: string;
}

/** Variables of the environment. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Written by a running standalone, 0600: where it listens and a client that may ingest. */
export const CONNECTION_FILE = 'connection.json';

/**
 * Command line, then environment (`DIODE_URL`, `DIODE_CLIENT_ID`, `DIODE_CLIENT_SECRET[_FILE]`, or the seed's `OAUTH2_CLIENT_*`), then
 * what a running standalone left in its data directory, for any of its clients. An empty variable counts as unset. The standalone's own secret goes to
 * no other URL. `DIODE_CA_FILE` names a private CA.
 * @throws CliError config when no credentials are found or a file cannot be read; usage when the URL is none
 */
export function resolveConnection(o: ConnectionOptions, env: Env, places: Places): Connection {
  const local = findLocal(env, places);
  const given = o.url ?? present(env.DIODE_URL);
  const url = checked(given ?? local?.url ?? 'http://localhost:8080');
  const clientId = o.clientId ?? present(env.DIODE_CLIENT_ID) ?? present(env.OAUTH2_CLIENT_ID);
  const clientSecret = secret(env, 'DIODE_CLIENT_SECRET') ?? secret(env, 'OAUTH2_CLIENT_SECRET');
  const trusted = caOf(env);
  if (clientId !== undefined && clientSecret !== undefined) return { url, clientId, clientSecret, ...trusted };
  const isLocal = local !== null && sameMachine(url, local.url);
  if (isLocal) {
    const kept = clientId === undefined ? local : clientOf(local, clientId);
    if (kept !== undefined) return { url, clientId: kept.clientId, clientSecret: kept.clientSecret, ...trusted };
  }
  throw new CliError(
    EXIT.config,
    clientId !== undefined && isLocal
      ? `the standalone at ${local.url} knows no client "${clientId}": set DIODE_CLIENT_SECRET (or DIODE_CLIENT_SECRET_FILE), or add it to oauth2/client-config.json.`
      : 'no client to authenticate as: set DIODE_CLIENT_ID and DIODE_CLIENT_SECRET (or DIODE_CLIENT_SECRET_FILE), or run in the checkout of a running standalone.',
  );
}

/** The standalone of this machine: in `DIODE_DATA_DIR`, else below this directory or the checkout. null when none runs. */
export function findLocal(env: Env, places: Places): Local | null {
  const dataDir = present(env.DIODE_DATA_DIR);
  return dataDir === undefined
    ? (readLocal(join(places.cwd, '.diode')) ?? readLocal(join(places.checkout, '.diode')))
    : readLocal(resolve(places.cwd, dataDir));
}

/** An empty variable counts as unset. */
export function present(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function checked(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return url.replace(/\/+$/, '');
  throw new CliError(EXIT.usage, `"${url}" is not a URL of Diode: write http://HOST:PORT (--url, DIODE_URL).`);
}

/** localhost, 127.0.0.1 and ::1 are one machine; a port of a forwarded tunnel may differ. */
function sameMachine(a: string, b: string): boolean {
  const nameOf = (url: string): string => new URL(url).hostname.replace(/^(127\.\d+\.\d+\.\d+|\[::1\])$/, 'localhost');
  return nameOf(a) === nameOf(b);
}

/** A secret from the environment or from the file that `<name>_FILE` names. @throws CliError config */
export function secret(env: Env, name: string): string | undefined {
  const value = present(env[name]);
  const file = present(env[`${name}_FILE`]);
  if (value !== undefined || file === undefined) return value;
  try {
    return present(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError(EXIT.config, `${name}_FILE names ${file}, which cannot be read.`, { cause });
  }
}

function caOf(env: Env): { readonly ca?: string } {
  const file = present(env.DIODE_CA_FILE);
  if (file === undefined) return {};
  try {
    return { ca: readFileSync(file, 'utf8') };
  } catch (cause) {
    throw new CliError(EXIT.config, `DIODE_CA_FILE names ${file}, which cannot be read.`, { cause });
  }
}

/** A standalone of this machine, with the secrets of all its clients. */
export interface Local extends Connection {
  readonly others: JsonObject;
  readonly issuerUrl: string | null;
  readonly netboxUrl: string | null;
  /** Of the stand-in only. */
  readonly netboxToken: string | null;
}

function clientOf(local: Local, clientId: string): Pick<Connection, 'clientId' | 'clientSecret'> | undefined {
  if (clientId === local.clientId) return local;
  const clientSecret = Object.hasOwn(local.others, clientId) ? local.others[clientId] : undefined;
  return typeof clientSecret === 'string' && clientSecret !== '' ? { clientId, clientSecret } : undefined;
}

/** null when there is none, or none that is whole. */
function readLocal(dataDir: string): Local | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dataDir, CONNECTION_FILE), 'utf8'));
    if (!isJsonObject(value)) return null;
    const { url, client_id, client_secret, clients } = value;
    if (typeof url !== 'string' || typeof client_id !== 'string' || typeof client_secret !== 'string') return null;
    if (!URL.canParse(url)) return null;
    return {
      url,
      clientId: client_id,
      clientSecret: client_secret,
      others: isJsonObject(clients) ? clients : {},
      issuerUrl: text(value.issuer_url),
      netboxUrl: text(value.netbox_url),
      netboxToken: text(value.netbox_token),
    };
  } catch {
    return null;
  }
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
