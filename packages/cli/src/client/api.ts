import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Connection } from './connection.js';
import { type ApiAnswer, type Pause, send } from './send.js';
import { fetchToken, type Need, type Token } from './token.js';

export interface ApiRequest {
  /** Sent as it is, with content type JSON. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Api {
  readonly url: string;
  readonly clientId: string;
  /**
   * Any HTTP answer but those worth a retry; a 401 once more with a new token.
   * @throws CliError unreachable, interrupted
   */
  request(method: string, path: string, body?: ApiRequest): Promise<ApiAnswer>;
  /** Scopes of the token in use. @throws CliError unreachable */
  scopes(): Promise<readonly string[]>;
  /** For waiting between two looks; ends early when interrupted. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface ApiOptions {
  /** `use` (the default): send and look. `decide`: what needs scope admin. */
  readonly need?: Need;
  readonly pause?: Pause;
  readonly signal?: AbortSignal;
}

/** Waits by the clock. */
export const pause: Pause = (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal });

/** Talks to Diode over HTTP with a token that is fetched when first needed. Waits and repeats as {@link send} does. */
export function makeApi(connection: Connection, o: ApiOptions = {}): Api {
  const { ca } = connection;
  const shared = {
    pause: o.pause ?? pause,
    ...(o.signal === undefined ? {} : { signal: o.signal }),
    ...(ca === undefined ? {} : { dispatcher: new Agent({ connect: { ca } }) }),
  };
  let token: Promise<Token> | null = null;
  const authorized = (): Promise<Token> => {
    token ??= fetchToken({ connection, need: o.need ?? 'use', ...shared });
    return token;
  };
  const once = async (method: string, path: string, body: ApiRequest): Promise<ApiAnswer> =>
    send({
      method,
      url: `${connection.url}${path}`,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${(await authorized()).value}`,
        ...(body.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...body.headers,
      },
      ...(body.json === undefined ? {} : { body: body.json }),
      ...shared,
    });
  return {
    url: connection.url,
    clientId: connection.clientId,
    pause: (ms) => shared.pause(ms, o.signal),
    scopes: async () => (await authorized()).scopes,
    async request(method, path, body = {}) {
      const answer = await once(method, path, body);
      if (answer.status !== 401) return answer;
      token = null;
      return once(method, path, body);
    },
  };
}
