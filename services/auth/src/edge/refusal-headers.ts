import { type DiodeError, ERRORS } from '@diode/protocol';
import { retryAfterSeconds } from '@diode/runtime';
import { grpcMessage } from './grpc-message.js';
import type { Refused } from './verdict.js';

/** A refusal's true status and gRPC's, for nginx to pick: `auth_request` can carry none but 401 and 403. */
export function refusalHeaders({ error, challenge }: Refused): Record<string, string> {
  const { status, grpc } = ERRORS[error.code];
  return {
    'x-diode-auth-status': String(status),
    'x-diode-grpc-status': String(grpc),
    'x-diode-grpc-message': grpcMessage(error.detail),
    ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    ...retryAfter(error),
  };
}

function retryAfter(error: DiodeError): Record<string, string> {
  const seconds = retryAfterSeconds(error);
  return seconds === null ? {} : { 'retry-after': String(seconds) };
}
