import { addFormParser, type HttpApp } from '@diode/runtime';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { IssuerReply } from './contract.js';
import { sendOAuthError, sendThrown } from './oauth-reply.js';
import { isGranted } from './token-cache.js';
import type { TokenExchange } from './token-exchange.js';
import { readTokenRequest, type TokenRequest } from './token-request.js';

const oauthError = z.object({ error: z.string(), error_description: z.string().optional() });
/** What the issuer may say to a client through us; the SDKs retry 429, 500, 502 and 503 and nothing else. */
const PASSED_ON = new Set([400, 401, 403, 429]);

/** POST …/token (diode-wire §2.4, §5). */
export function addTokenRoute(app: HttpApp, prefix: string, exchange: TokenExchange): void {
  addRoute(app, `${prefix}/token`, (wanted) => exchange.exchange(wanted));
}

/** POST /internal/auth/doubted: nginx hands a client here whom the issuer itself answered 401 (nginx/issuer.conf). */
export function doubtedRoute(exchange: TokenExchange): (app: HttpApp) => Promise<void> {
  return async (app) => {
    addFormParser(app);
    app.setErrorHandler((error, _request, reply) => sendThrown(reply, error));
    addRoute(app, '/internal/auth/doubted', (wanted) => exchange.askAgain(wanted));
  };
}

function addRoute(app: HttpApp, path: string, ask: (wanted: TokenRequest) => Promise<IssuerReply>): void {
  app.post(path, { bodyLimit: 64 * 1024 }, async (request, reply) => {
    const wanted = readTokenRequest(request.headers.authorization, request.body);
    if ('description' in wanted) {
      return sendOAuthError(reply, { status: 400, error: 'invalid_request', description: wanted.description });
    }
    return sendIssuerReply(reply, await ask(wanted));
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
