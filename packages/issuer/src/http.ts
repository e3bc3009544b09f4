import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { AdminError } from './admin-error.js';
import type { IssuerLog } from './contract.js';
import { OAuthError } from './oauth-error.js';

/** fosite's spelling of the content type. */
export const OAUTH_JSON = 'application/json;charset=UTF-8';

/** A Fastify that takes any body as text (each route reads its own) and answers errors in Hydra's two shapes. */
export function makeHttp(log: IssuerLog, bodyLimit: number): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit,
    requestTimeout: 10_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1024 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof OAuthError || error instanceof AdminError) return sendError(reply, error);
    const status = statusOf(error);
    if (status < 500) return sendError(reply, new AdminError(status, 'The request was malformed'));
    log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'issuer request failed');
    return sendError(reply, new OAuthError('server_error'));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n'),
  );
  return app;
}

export function sendError(reply: FastifyReply, error: OAuthError | AdminError): FastifyReply {
  if (error.status === 503) reply.header('retry-after', '1');
  if (error instanceof OAuthError) reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
  return reply
    .code(error.status)
    .type(error instanceof OAuthError ? OAUTH_JSON : 'application/json')
    .send(error.body);
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : 500;
}

/** `/health/alive`, `/health/ready`: on both listeners, as Hydra has them. */
export function addHealth(app: FastifyInstance): void {
  for (const path of ['/health/alive', '/health/ready']) app.get(path, () => ({ status: 'ok' }));
}
