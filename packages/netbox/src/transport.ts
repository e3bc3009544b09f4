import type { JsonValue } from '@diode/protocol';
import { Agent, request } from 'undici';
import { authorization } from './authorization.js';
import { connectionFault } from './connection-fault.js';
import { NetboxFault } from './netbox-fault.js';
import { faultOfStatus, htmlFault } from './status-fault.js';

export interface NetboxCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Below `/api/`, without slashes at the ends: `dcim/devices`. */
  readonly path: string;
  /** Ready-made query, without `?`. */
  readonly query?: string;
  readonly body?: JsonValue;
  readonly signal?: AbortSignal;
}

/** A JSON answer; 2xx and those 4xx and 500 that NetBox itself gave. */
export interface NetboxReply {
  readonly status: number;
  readonly json: JsonValue;
  readonly requestId: string | null;
}

/** One exchange with NetBox. Throws `NetboxFault`. */
export interface Transport {
  call(call: NetboxCall): Promise<NetboxReply>;
  close(): Promise<void>;
}

/** What happened to one request, for metrics: an HTTP status, or why there was none. */
export interface RequestSeen {
  readonly method: string;
  readonly path: string;
  readonly outcome: number | 'timeout' | 'unreachable';
  readonly seconds: number;
}

export interface TransportOptions {
  /** NetBox's base, with any path prefix: `https://netbox.example.com/netbox`; a trailing slash or `/api` does no harm. */
  readonly url: string;
  readonly token: string;
  /** PEM of a private CA. */
  readonly ca?: string;
  /** For one exchange, connection included. */
  readonly timeoutMs: number;
  readonly maxConnections: number;
  readonly onRequest?: (seen: RequestSeen) => void;
}

/** Bytes of one answer; 1,000 whole devices with large config contexts stay below it. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The base URL as it is used: no trailing slash, no `/api`. Throws TypeError when it is not http(s). */
export function netboxBase(url: string): string {
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw new TypeError(`${url} is not an http(s) URL`);
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '').replace(/\/api$/, '')}`;
}

/** JSON over HTTP with NetBox, one try. Redirects are not followed: NetBox's are to its login page or to a missing slash. */
export function makeTransport(options: TransportOptions): Transport {
  const base = netboxBase(options.url);
  const agent = new Agent({
    connections: options.maxConnections,
    pipelining: 1,
    // Keep-alive pins a connection to one worker of gunicorn (facts/netbox.md §6): short, so that the next burst spreads anew.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    connect: { timeout: Math.min(options.timeoutMs, 10_000), ...(options.ca === undefined ? {} : { ca: options.ca }) },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  const headers = { authorization: authorization(options.token), accept: 'application/json', 'user-agent': 'diode' };

  async function exchange(call: NetboxCall): Promise<NetboxReply> {
    const url = `${base}/api/${call.path === '' ? '' : `${call.path}/`}${call.query ? `?${call.query}` : ''}`;
    const limit = AbortSignal.timeout(options.timeoutMs);
    const where = { url: base, timeoutMs: options.timeoutMs };
    let status: number;
    let text: string;
    let type: string;
    let header: (name: string) => string | null;
    try {
      const answer = await request(url, {
        method: call.method,
        dispatcher: agent,
        signal: call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]),
        headers: call.body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      status = answer.statusCode;
      const got = answer.headers;
      header = (name) => {
        const value = got[name];
        return Array.isArray(value) ? (value[0] ?? null) : (value ?? null);
      };
      type = header('content-type') ?? '';
      text = await answer.body.text();
    } catch (error) {
      throw connectionFault(error, where);
    }
    const json = parse(text, type);
    if (json === undefined || (status >= 300 && status < 400))
      throw htmlFault({ base, status, type, text, retryAfter: header('retry-after') });
    const fault = faultOfStatus({
      base,
      status,
      json,
      retryAfter: header('retry-after'),
      write: call.method !== 'GET',
    });
    if (fault !== null) throw fault;
    return { status, json, requestId: header('x-request-id') };
  }

  return {
    async call(call) {
      const started = performance.now();
      let outcome: RequestSeen['outcome'] = 'unreachable';
      try {
        const reply = await exchange(call);
        outcome = reply.status;
        return reply;
      } catch (error) {
        if (error instanceof NetboxFault) outcome = error.status ?? (error.timedOut ? 'timeout' : 'unreachable');
        throw error;
      } finally {
        options.onRequest?.({
          method: call.method,
          path: call.path,
          outcome,
          seconds: (performance.now() - started) / 1_000,
        });
      }
    },
    close: () => agent.destroy(),
  };
}

/** The JSON of an answer; undefined when it is something else. An empty body is null (204). */
function parse(text: string, type: string): JsonValue | undefined {
  if (text === '') return null;
  if (!/\bjson\b/i.test(type)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
