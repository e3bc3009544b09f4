import { isJsonObject, type JsonObject } from '@diode/protocol';
import pRetry, { AbortError } from 'p-retry';
import { type Dispatcher, fetch } from 'undici';
import { CliError, EXIT } from '../exit-codes.js';
import { readRetryAfter } from './retry-after.js';

export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** Waits; ends early with an error when `signal` aborts. A test passes its own. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

export interface SendOptions {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly pause: Pause;
  readonly signal?: AbortSignal;
  /** Knows a private CA. */
  readonly dispatcher?: Dispatcher;
}

const REQUEST_TIMEOUT_MS = 60_000;
const RETRIES = 5;
/** 429 means that Diode is well and works off what waits; a large file may have to wait long. */
const RETRIES_WHEN_BUSY = 120;
const FIRST_PAUSE_MS = 200;
const LONGEST_BACK_OFF_MS = 5_000;

/** An answer worth asking again for. */
class Transient extends Error {
  constructor(
    readonly status: number,
    readonly retryAfterMs: number | null,
    detail: string,
  ) {
    super(`HTTP ${status}${detail === '' ? '' : `, ${detail}`}`);
  }
}

/**
 * One request over HTTP, the same bytes again after a lost connection, 429, 502, 503 or 504; waits as long as `Retry-After` says, else a
 * jittered back-off. Every other answer is given as it is.
 * @throws CliError unreachable when it was in vain, or when the answer is not JSON; interrupted when `signal` aborts
 */
export async function send(o: SendOptions): Promise<ApiAnswer> {
  try {
    return await pRetry(() => once(o), {
      retries: RETRIES_WHEN_BUSY,
      minTimeout: 0,
      // Pauses are made here, not by the library: they follow Retry-After and end when interrupted.
      shouldRetry: async ({ error, attemptNumber }) => {
        if (o.signal?.aborted === true || attemptNumber > allowed(error)) return false;
        await o.pause(pauseMs(error, attemptNumber), o.signal);
        return true;
      },
    });
  } catch (cause) {
    if (o.signal?.aborted === true) throw new CliError(EXIT.interrupted, 'interrupted.', { cause });
    throw inWords(new URL(o.url).origin, cause);
  }
}

async function once(o: SendOptions): Promise<ApiAnswer> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const response = await fetch(o.url, {
    method: o.method,
    headers: o.headers,
    redirect: 'manual',
    signal: o.signal === undefined ? timeout : AbortSignal.any([o.signal, timeout]),
    ...(o.body === undefined ? {} : { body: o.body }),
    ...(o.dispatcher === undefined ? {} : { dispatcher: o.dispatcher }),
  });
  const { status } = response;
  const text = await response.text();
  const body = parse(text);
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    const detail = body?.detail ?? body?.title;
    const after = readRetryAfter(response.headers.get('retry-after'), Date.now());
    throw new Transient(status, after, typeof detail === 'string' ? detail : '');
  }
  if (body !== null) return { status, body };
  const problem = `HTTP ${status} with something that is not JSON; is this a Diode? Check --url or DIODE_URL`;
  throw new AbortError(new CliError(EXIT.unreachable, `${o.url} answered ${problem}.`));
}

function allowed(error: Error): number {
  return error instanceof Transient && error.status === 429 ? RETRIES_WHEN_BUSY : RETRIES;
}

function pauseMs(error: Error, attempt: number): number {
  if (error instanceof Transient && error.retryAfterMs !== null) return error.retryAfterMs;
  const backOff = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS);
  return Math.round(backOff * (0.5 + Math.random() / 2));
}

function inWords(origin: string, cause: unknown): CliError {
  if (cause instanceof CliError) return cause;
  if (cause instanceof Transient) {
    const message = `Diode at ${origin} cannot take requests at the moment (${cause.message}): try again later; \`diode doctor\` says what is wrong.`;
    return new CliError(EXIT.unreachable, message, { cause });
  }
  const message = `cannot reach Diode at ${origin} (${reasonOf(cause)}): is it running, and is the URL right (--url, DIODE_URL)?`;
  return new CliError(EXIT.unreachable, message, { cause });
}

/** fetch says only "fetch failed"; what happened is in its cause, or in the errors of that. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
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
