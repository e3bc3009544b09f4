import { DiodeError, ERRORS, type ErrorCode } from '@diode/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_TYPE, retryAfterSeconds, toProblem } from './problem.js';

const UNREAD_BODY: ReadonlySet<ErrorCode> = new Set(['body_too_large', 'unsupported_media_type']);

/** Answers with a problem body. A fault of ours is logged here and nowhere else (handle or propagate). */
export function sendProblem(error: DiodeError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.code === 'internal') request.log.error({ err: error.cause ?? error }, 'request failed');
  else if (ERRORS[error.code].status >= 500) request.log.warn({ code: error.code, err: error }, 'request not served');
  const retryAfter = retryAfterSeconds(error);
  if (retryAfter !== null) reply.header('retry-after', String(retryAfter));
  const challenge = challengeOf(error, request);
  if (challenge !== null) reply.header('www-authenticate', challenge);
  // The rest of the body is not read, so nothing more can be understood on this connection.
  if (UNREAD_BODY.has(error.code)) reply.header('connection', 'close');
  return reply
    .code(ERRORS[error.code].status)
    .type(PROBLEM_TYPE)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(toProblem(error, request.id));
}

/** RFC 9110 wants a challenge with every 401; RFC 6750 §3.1 wants its error code only where a token was sent. */
function challengeOf(error: DiodeError, request: FastifyRequest): string | null {
  if (error.code === 'insufficient_scope') return 'Bearer realm="diode", error="insufficient_scope"';
  if (error.code !== 'unauthenticated') return null;
  return request.headers.authorization === undefined
    ? 'Bearer realm="diode"'
    : 'Bearer realm="diode", error="invalid_token"';
}

/** @returns the error for a path nothing answers. */
export function notFound(path: string): DiodeError {
  return new DiodeError('not_found', { detail: `there is nothing at ${path.slice(0, 200)}` });
}

/** @returns the error for a path that exists under other methods. */
export function methodNotAllowed(method: string, allowed: readonly string[]): DiodeError {
  return new DiodeError('method_not_allowed', {
    detail: `${method.slice(0, 30)} is not allowed here; allowed: ${allowed.join(', ')}`,
  });
}
