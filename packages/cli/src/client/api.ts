import { isJsonObject, type JsonObject } from '@diode/protocol';
import pRetry, { AbortError } from 'p-retry';
import { CliError, EXIT } from '../exit-codes.js';
import type { Connection } from './connection.js';

export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

export interface Api {
  readonly url: string;
  /** Any HTTP answer but those worth a retry; 401 once more with a new token. @throws CliError unreachable */
  request(
    method: string,
    path: string,
    body?: { json?: unknown; headers?: Readonly<Record<string, string>> },
  ): Promise<ApiAnswer>;
}

const REQUEST_TIMEOUT_MS = 60_000;
const RETRIES = 5;

/** Talks to Diode over HTTP with a token that is fetched when needed. Waits and repeats on 429, 502, 503, 504 and lost connections. */
export function makeApi(connection: Connection): Api {
  let token: string | null = null;
  const authorized = async (): Promise<string> => {
    token ??= await fetchToken(connection);
    return token;
  };
  const once = async (
    method: string,
    path: string,
    body?: { json?: unknown; headers?: Readonly<Record<string, string>> },
  ): Promise<ApiAnswer> => {
    const init: RequestInit = {
      method,
      headers: {
        authorization: `Bearer ${await authorized()}`,
        ...(body?.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...body?.headers,
      },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body?.json === undefined ? {} : { body: JSON.stringify(body.json) }),
    };
    return send(`${connection.url}${path}`, init);
  };
  return {
    url: connection.url,
    async request(method, path, body) {
      const answer = await once(method, path, body);
      if (answer.status !== 401) return answer;
      token = null;
      return once(method, path, body);
    },
  };
}

async function fetchToken(connection: Connection): Promise<string> {
  const answer = await send(`${connection.url}/diode/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: connection.clientId,
      client_secret: connection.clientSecret,
      scope: 'read write',
    }).toString(),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const token = answer.body.access_token;
  if (answer.status === 200 && typeof token === 'string') return token;
  const why = typeof answer.body.error === 'string' ? answer.body.error : `HTTP ${answer.status}`;
  throw new CliError(
    EXIT.unreachable,
    `${connection.url} does not accept client "${connection.clientId}" (${why}): check DIODE_CLIENT_ID and DIODE_CLIENT_SECRET.`,
  );
}

async function send(url: string, init: RequestInit): Promise<ApiAnswer> {
  try {
    return await pRetry(
      async () => {
        const response = await fetch(url, init);
        const text = await response.text();
        if (isTransient(response.status)) {
          await pauseFor(response.headers.get('retry-after'));
          throw new Error(`HTTP ${response.status} ${text.slice(0, 200)}`);
        }
        const body = parse(text);
        if (body === null)
          throw new AbortError(
            `${url} answered HTTP ${response.status} with something that is not JSON; is this a Diode?`,
          );
        return { status: response.status, body };
      },
      { retries: RETRIES, minTimeout: 200, maxTimeout: 5_000, randomize: true },
    );
  } catch (cause) {
    const why =
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause);
    throw new CliError(
      EXIT.unreachable,
      `cannot reach Diode at ${new URL(url).origin} (${why}): is it running, and is the URL right (--url, DIODE_URL)?`,
      { cause },
    );
  }
}

function isTransient(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

/** Waits as long as the server asked, at most ten seconds. */
async function pauseFor(retryAfter: string | null): Promise<void> {
  const seconds = Number(retryAfter ?? 0);
  if (Number.isFinite(seconds) && seconds > 0)
    await new Promise((done) => setTimeout(done, Math.min(seconds, 10) * 1_000));
}

function parse(text: string): JsonObject | null {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
