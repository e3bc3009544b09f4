import { METHODS } from 'node:http';
import { type DiodeError, ERRORS } from '@diode/protocol';
import { type HttpApp, PROBLEM_TYPE, retryAfterSeconds, toProblem } from '@diode/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { grpcMessage } from './grpc-message.js';
import { originalRequest } from './original-request.js';
import { type Judge, unavailable } from './verdict.js';

/**
 * What nginx asks (docs/decisions/0006): `GET /internal/auth/request` before a request passes, `/internal/auth/refusal` for the body of
 * a refusal. Neither reads a body, neither writes a log line: nginx has one a request, with the client's id in it.
 */
export function addEdgeRoutes(app: HttpApp, judge: Judge, judgeAgain: Judge): void {
  app.get('/internal/auth/request', { logLevel: 'warn' }, async (request, reply) => {
    const verdict = await judge(originalRequest(request.raw.rawHeaders));
    if (verdict.kind === 'ok') {
      // An id of the issuer's choosing may hold what no header takes.
      return reply.header('x-diode-client-id', encodeURIComponent(verdict.clientId.toWellFormed())).code(204).send();
    }
    describeRefusal(reply, verdict.error, verdict.challenge);
    // auth_request passes a 401 and a 403 on and makes a 500 of all else.
    return reply.code(verdict.error.code === 'unauthenticated' ? 401 : 403).send();
  });

  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const verdict = await judgeAgain(originalRequest(request.raw.rawHeaders));
    // Refused a moment ago and allowed now: still no success, which would be taken for the service's own.
    const { error, challenge } = verdict.kind === 'ok' ? { error: unavailable(), challenge: undefined } : verdict;
    describeRefusal(reply, error, challenge);
    return reply
      .code(ERRORS[error.code].status)
      .type(PROBLEM_TYPE)
      .serializer((payload: unknown) => JSON.stringify(payload))
      .send(toProblem(error, request.id));
  };
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) addMethod(app, method);
  // Answered in onRequest, before a body, its length or its encoding is looked at; the handler is never reached.
  app.all('/internal/auth/refusal', { logLevel: 'warn', onRequest: refuse }, refuse);
}

/** The true status and gRPC's, for nginx to pick: `auth_request` can carry none but 401 and 403. */
function describeRefusal(reply: FastifyReply, error: DiodeError, challenge: string | undefined): void {
  const { status, grpc } = ERRORS[error.code];
  reply.headers({
    'x-diode-auth-status': String(status),
    'x-diode-grpc-status': String(grpc),
    'x-diode-grpc-message': grpcMessage(error.detail),
  });
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  const seconds = retryAfterSeconds(error);
  if (seconds !== null) reply.header('retry-after', String(seconds));
}

/** CONNECT is no request for a path. */
function addMethod(app: HttpApp, method: string): void {
  if (method !== 'CONNECT') app.addHttpMethod(method, { hasBody: true });
}
