import type { HttpApp } from '@diode/runtime';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { IssuerReply } from './contract.js';
import { sendOAuthError } from './oauth-reply.js';
import { isGranted } from './token-cache.js';
import type { TokenExchange } from './token-exchange.js';
import { readTokenRequest } from './token-request.js';

const oauthError = z.object({ error: z.string(), error_description: z.string().optional() });
/** What the issuer may say to a client through us; the SDKs retry 429, 500, 502 and 503 and nothing else. */
const PASSED_ON = new Set([400, 401, 403, 429]);

/** POST …/token (diode-wire §2.4, §5). */
export function addTokenRoute(app: HttpApp, prefix: string, exchange: TokenExchange): void {
  app.post(`${prefix}/token`, { bodyLimit: 64 * 1024 }, async (request, reply) => {
    const wanted = readTokenRequest(request.headers.authorization, request.body);
    if ('description' in wanted) {
      return sendOAuthError(reply, { status: 400, error: 'invalid_request', description: wanted.description });
    }
    return sendIssuerReply(reply, await exchange.exchange(wanted));
  });
}

function sendIssuerReply(reply: FastifyReply, answer: IssuerReply): FastifyReply {
  reply.header('pragma', 'no-cache');
  if (isGranted(answer)) return reply.code(200).send(answer.body);
  const error = oauthError.safeParse(answer.body);
  if (PASSED_ON.has(answer.status) && error.success) {
    if (answer.retryAfter !== undefined) reply.header('retry-after', answer.retryAfter);
    return reply.code(answer.status).send(error.data);
  }
  const busy = answer.status === 503;
  reply.header('retry-after', answer.retryAfter ?? '2');
  return sendOAuthError(reply, {
    status: busy ? 503 : 502,
    error: busy ? 'temporarily_unavailable' : 'server_error',
    description: 'The token issuer could not answer the request.',
  });
}
