import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';

/** How to reach a Diode and as whom. */
export interface Connection {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface ConnectionOptions {
  readonly url?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

/** Written by a running standalone, 0600: where it listens and a client that may ingest. */
export const CONNECTION_FILE = 'connection.json';

/**
 * Command line, then environment (`DIODE_URL`, `DIODE_CLIENT_ID`, `DIODE_CLIENT_SECRET[_FILE]`, or the seed's `OAUTH2_CLIENT_*`), then
 * what a standalone left in its data directory.
 * @throws CliError when no credentials are found.
 */
export function resolveConnection(o: ConnectionOptions, env: NodeJS.ProcessEnv, cwd: string): Connection {
  const local = readLocal(env.DIODE_DATA_DIR ?? join(cwd, '.diode'));
  const url = (o.url ?? env.DIODE_URL ?? local?.url ?? 'http://localhost:8080').replace(/\/+$/, '');
  const clientId = o.clientId ?? env.DIODE_CLIENT_ID ?? env.OAUTH2_CLIENT_ID;
  const clientSecret = o.clientSecret ?? secret(env, 'DIODE_CLIENT_SECRET') ?? secret(env, 'OAUTH2_CLIENT_SECRET');
  if (clientId !== undefined && clientSecret !== undefined) return { url, clientId, clientSecret };
  if (local !== null && (clientId === undefined || clientId === local.clientId)) return { ...local, url };
  throw new CliError(
    EXIT.unreachable,
    'no client to authenticate as: set DIODE_CLIENT_ID and DIODE_CLIENT_SECRET (or DIODE_CLIENT_SECRET_FILE), or run in the checkout of a running standalone.',
  );
}

function secret(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (env[name] !== undefined) return env[name];
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CliError(EXIT.usage, `${name}_FILE names ${file}, which cannot be read.`, { cause });
  }
}

function readLocal(dataDir: string): Connection | null {
  let text: string;
  try {
    text = readFileSync(join(dataDir, CONNECTION_FILE), 'utf8');
  } catch {
    return null;
  }
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) return null;
  const { url, client_id, client_secret } = value;
  if (typeof url !== 'string' || typeof client_id !== 'string' || typeof client_secret !== 'string') return null;
  return { url, clientId: client_id, clientSecret: client_secret };
}
