import { isJsonObject, type JsonValue } from '@diode/protocol';
import { NetboxFault } from './netbox-fault.js';

/** Milliseconds a `Retry-After` header asks for; null when absent or unreadable. Capped at five minutes. */
export function retryAfterMs(header: string | null, now: number = Date.now()): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header.trim()) : (Date.parse(header) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds * 1_000, 0), 300_000) : null;
}

/** NetBox's own sentence in an answer. */
export function wordsOf(json: JsonValue): string {
  if (typeof json === 'string') return json.slice(0, 500);
  if (isJsonObject(json)) {
    if (typeof json.detail === 'string') return json.detail.slice(0, 500);
    if (typeof json.error === 'string') return json.error.slice(0, 500);
  }
  return JSON.stringify(json).slice(0, 500);
}

/** Exception class of a 500 that NetBox itself answered, else null. */
export function exceptionOf(json: JsonValue): string | null {
  return isJsonObject(json) && typeof json.exception === 'string' ? json.exception : null;
}

const isPermission = (words: string): boolean => /permission/i.test(words);

/**
 * The fault in a JSON answer, or null when it is an answer: 2xx, a 4xx about the data, and the 500 of a lost race (IntegrityError), which the
 * writer turns into a conflict.
 */
export function faultOfStatus(o: {
  readonly base: string;
  readonly status: number;
  readonly json: JsonValue;
  readonly retryAfter: string | null;
  readonly write: boolean;
}): NetboxFault | null {
  const words = wordsOf(o.json);
  const wait = retryAfterMs(o.retryAfter);
  if (o.status === 429) {
    return new NetboxFault({
      kind: 'throttled',
      status: 429,
      detail: `NetBox asks to slow down: ${words}`,
      retryAfterMs: wait ?? 5_000,
      mayHaveApplied: false,
    });
  }
  if (o.status === 401 || (o.status === 403 && !isPermission(words))) {
    return new NetboxFault({
      kind: 'token',
      status: o.status,
      detail: `NetBox at ${o.base} does not accept the token: ${words} Check DIODE_NETBOX_TOKEN`,
      retryAfterMs: 10_000,
      mayHaveApplied: false,
    });
  }
  if (o.status >= 500) {
    const exception = exceptionOf(o.json);
    if (o.write && exception === 'IntegrityError') return null;
    return new NetboxFault({
      // A JSON body with an exception is NetBox speaking after its rollback; anything else may be a proxy on the way.
      kind: exception === null ? 'away' : 'broken',
      status: o.status,
      detail: exception === null ? `NetBox answered ${o.status}: ${words}` : `NetBox raised ${exception}: ${words}`,
      ...(wait === null ? {} : { retryAfterMs: wait }),
      mayHaveApplied: exception === null,
    });
  }
  return null;
}

/** What is not JSON is not NetBox's API: a login page, a proxy's page, another application. */
export function htmlFault(o: {
  readonly base: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly retryAfter: string | null;
}): NetboxFault {
  const html = /html/i.test(o.type) || /^\s*</.test(o.text);
  const title = /<title>\s*([^<]{1,120}?)\s*<\/title>/i.exec(o.text)?.[1];
  const what = html
    ? `an HTML page${title === undefined ? '' : ` ("${title}")`}`
    : `${o.type || 'something'} that is not JSON`;
  const proxy = o.status === 429 || o.status >= 500;
  const wait = retryAfterMs(o.retryAfter);
  return new NetboxFault({
    kind: o.status === 429 ? 'throttled' : 'away',
    status: o.status,
    detail: `${o.base} answered with ${what}, status ${o.status}${proxy ? '' : ': is DIODE_NETBOX_URL right?'}`,
    ...(wait === null ? {} : { retryAfterMs: wait }),
    // A page with 4xx or 3xx never came from a view that writes; a 200 or 5xx may hide one.
    mayHaveApplied: o.status >= 500 || o.status < 300,
  });
}
