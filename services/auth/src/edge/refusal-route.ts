import { METHODS } from 'node:http';
import { ERRORS } from '@diode/protocol';
import { type HttpApp, PROBLEM_TYPE, toProblem } from '@diode/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originalRequest } from './original-request.js';
import { refusalHeaders } from './refusal-headers.js';
import { type Judge, unavailable } from './verdict.js';

/**
 * `/internal/auth/refusal`: nginx hands a request that was refused on to here, by whatever method it has, for the body (docs/decisions/0006).
 * Never 2xx, which would be taken for the service's own answer.
 */
export function addRefusalRoute(app: HttpApp, judge: Judge): void {
  const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const verdict = await judge(originalRequest(request.raw.rawHeaders));
    // Refused a moment ago and allowed now: another try will do.
    const refused = verdict.kind === 'refused' ? verdict : unavailable();
    return reply
      .code(ERRORS[refused.error.code].status)
      .headers(refusalHeaders(refused))
      .type(PROBLEM_TYPE)
      .serializer((payload: unknown) => JSON.stringify(payload))
      .send(toProblem(refused.error, request.id));
  };
  for (const method of METHODS) {
    // CONNECT asks for no path.
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
  }
  // Answered in onRequest, before a body, its length or its encoding is looked at; the handler is never reached.
  app.all('/internal/auth/refusal', { logLevel: 'warn', onRequest: refuse }, refuse);
}
