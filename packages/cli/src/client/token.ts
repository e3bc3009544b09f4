import type { Dispatcher } from 'undici';
import { CliError, EXIT } from '../exit-codes.js';
import type { Connection } from './connection.js';
import { type ApiAnswer, type Pause, send } from './send.js';

/** What a command needs its token for. */
export type Need = 'use' | 'decide';

export interface Token {
  readonly value: string;
  /** Scopes the issuer granted. */
  readonly scopes: readonly string[];
}

/**
 * Scopes to ask for, best first: an issuer refuses a request for a scope that the client does not hold, and clients hold either the
 * seed's names or those of the official wire (`diode:ingest`).
 */
const ASKED: Readonly<Record<Need, readonly string[]>> = {
  use: ['read write', 'diode:read diode:ingest', 'diode:ingest', 'write', 'diode:read', 'read'],
  decide: ['read write admin', 'admin', 'diode:write'],
};

/** @throws CliError unreachable when the client is not accepted or holds no scope for this */
export async function fetchToken(o: {
  connection: Connection;
  need: Need;
  pause: Pause;
  signal?: AbortSignal;
  dispatcher?: Dispatcher;
}): Promise<Token> {
  const { url, clientId } = o.connection;
  for (const scope of ASKED[o.need]) {
    const answer = await ask(o, scope);
    const { access_token: value, scope: granted, error } = answer.body;
    if (answer.status === 200 && typeof value === 'string')
      return { value, scopes: (typeof granted === 'string' ? granted : scope).split(' ') };
    if (error !== 'invalid_scope') {
      const why = typeof error === 'string' ? error : `HTTP ${answer.status}`;
      throw new CliError(
        EXIT.unreachable,
        `${url} does not accept client "${clientId}" (${why}): check DIODE_CLIENT_ID and DIODE_CLIENT_SECRET.`,
      );
    }
  }
  const remedy =
    o.need === 'decide'
      ? 'use a client with scope admin, such as diode-operator (DIODE_CLIENT_ID, DIODE_CLIENT_SECRET)'
      : 'give it read and write';
  throw new CliError(
    EXIT.unreachable,
    `client "${clientId}" has none of the scopes ${ASKED[o.need].join(', ')}: ${remedy}.`,
  );
}

function ask(
  o: { connection: Connection; pause: Pause; signal?: AbortSignal; dispatcher?: Dispatcher },
  scope: string,
): Promise<ApiAnswer> {
  const { url, clientId, clientSecret } = o.connection;
  return send({
    method: 'POST',
    url: `${url}/diode/auth/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    }).toString(),
    pause: o.pause,
    ...(o.signal === undefined ? {} : { signal: o.signal }),
    ...(o.dispatcher === undefined ? {} : { dispatcher: o.dispatcher }),
  });
}
