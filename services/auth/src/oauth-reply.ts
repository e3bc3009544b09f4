import { type Refusal, wwwAuthenticate } from '@diode/access';
import { retryAfterSeconds, toDiodeError } from '@diode/runtime';
import type { FastifyReply } from 'fastify';

/** The error body of every /diode/auth path: RFC 6749's, which SDKs and plugins read, not problem+json. */
export function sendOAuthError(
  reply: FastifyReply,
  answer: { readonly status: number; readonly error: string; readonly description?: string },
): FastifyReply {
  const { status, error, description } = answer;
  reply.code(status).header('pragma', 'no-cache');
  return reply.send(description === undefined ? { error } : { error, error_description: description });
}

/** A caller refused: 401, 403 or 503, with the challenge RFC 6750 wants. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const challenge = wwwAuthenticate(refusal);
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  if (refusal.retryAfterMs !== undefined)
    reply.header('retry-after', Math.max(1, Math.ceil(refusal.retryAfterMs / 1000)));
  const known = {
    unauthenticated: { status: 401, error: 'invalid_token' },
    insufficient_scope: { status: 403, error: 'insufficient_scope' },
    source_not_allowed: { status: 403, error: 'access_denied' },
    token_service_unavailable: { status: 503, error: 'temporarily_unavailable' },
  } as const;
  return sendOAuthError(reply, { ...known[refusal.code], description: refusal.reason });
}

/** Whatever was thrown: the client's mistake by its own status, the issuer's absence as 503, the rest as 500 without detail. */
export function sendThrown(reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = toDiodeError(thrown);
  const seconds = retryAfterSeconds(error);
  if (seconds !== null) reply.header('retry-after', seconds);
  switch (error.code) {
    case 'token_service_unavailable':
    case 'overloaded':
      reply.log.warn({ err: error }, 'issuer not reachable');
      return sendOAuthError(reply, { status: 503, error: 'temporarily_unavailable', description: error.detail });
    case 'rate_limited':
      return sendOAuthError(reply, { status: 429, error: 'temporarily_unavailable', description: error.detail });
    case 'internal':
      reply.log.error({ err: error.cause ?? error }, 'auth request failed');
      return sendOAuthError(reply, { status: 500, error: 'server_error' });
    case 'body_too_large':
      return sendOAuthError(reply, { status: 413, error: 'invalid_request', description: error.detail });
    case 'unsupported_media_type':
      return sendOAuthError(reply, { status: 415, error: 'invalid_request', description: error.detail });
    default:
      return sendOAuthError(reply, { status: 400, error: 'invalid_request', description: error.detail });
  }
}
