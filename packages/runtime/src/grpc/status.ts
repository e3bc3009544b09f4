import { type DiodeError, ERRORS } from '@diode/protocol';
import { Metadata } from '@grpc/grpc-js';
import { retryAfterSeconds } from '../http/problem.js';

/** A gRPC status as grpc-js takes it from a handler and from an interceptor. */
export interface GrpcStatus {
  readonly name: string;
  readonly message: string;
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Clients announce header lists of 16 KiB (diode-wire §2.2), and percent-encoding can triple the text. */
const LONGEST_MESSAGE = 1_000;

/**
 * A DiodeError as status, short message, and trailers: `diode-error-code`, and when it may be tried again `retry-after-ms`, `retry-after` (seconds, as
 * over HTTP) and `grpc-retry-pushback-ms`, which gRPC's own retries follow where a client configured them.
 */
export function toStatus(error: DiodeError): GrpcStatus {
  const metadata = new Metadata();
  metadata.set('diode-error-code', error.code);
  const seconds = retryAfterSeconds(error);
  if (error.retryAfterMs !== undefined && seconds !== null) {
    const ms = String(Math.ceil(error.retryAfterMs));
    metadata.set('retry-after-ms', ms);
    metadata.set('grpc-retry-pushback-ms', ms);
    metadata.set('retry-after', String(seconds));
  }
  const details = words(error);
  return { name: 'DiodeError', message: details, code: ERRORS[error.code].grpc, details, metadata };
}

function words(error: DiodeError): string {
  if (error.code === 'internal' || error.code === 'config_invalid')
    return 'something failed on our side; its log has it';
  const items = error.errors.filter((item) => item.detail !== error.detail);
  const more = items.map((item) => (item.pointer === '' ? item.detail : `${item.pointer}: ${item.detail}`)).join('; ');
  return headerSafe(more === '' ? error.detail : `${error.detail} (${more})`);
}

/** Well-formed (grpc-js percent-encodes and throws on half a surrogate pair), one line, bounded. */
function headerSafe(text: string): string {
  const line = text.toWellFormed().replace(/\s+/g, ' ');
  return line.length <= LONGEST_MESSAGE ? line : `${line.slice(0, LONGEST_MESSAGE).toWellFormed()}…`;
}
