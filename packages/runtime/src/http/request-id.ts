import { randomUUID } from 'node:crypto';

const SAFE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** The caller's `X-Request-Id` when it is safe to log and to echo, else a new UUID. */
export function requestId(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && SAFE.test(header) ? header : randomUUID();
}
