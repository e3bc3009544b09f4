import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { originalRequest } from './original-request.js';
import { refusalHeaders } from './refusal-headers.js';
import type { Judge } from './verdict.js';

const PATH = '/internal/auth/request';

/**
 * Answers `GET /internal/auth/request` on the server itself, ahead of its router: it is asked for every request of the front door, and the
 * router's hooks, log line and headers would cost more than the verdict. Nothing is read but headers; nginx has the log line, with the
 * client's id in it. Everything else goes where it went. Call it before the server listens.
 */
export function answerVerdicts(server: Server, judge: Judge): void {
  const others = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // A connection that ends without an answer is a fault to nginx, and nothing passes.
    if (request.url === PATH && request.method === 'GET')
      answer(judge, request, response).catch(() => response.destroy());
    else for (const listener of others) listener.call(server, request, response);
  });
}

async function answer(judge: Judge, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const verdict = await judge(originalRequest(request.rawHeaders));
  if (verdict.kind === 'ok') {
    // An id of the issuer's choosing may hold what no header takes.
    response.writeHead(204, { 'x-diode-client-id': encodeURIComponent(verdict.clientId.toWellFormed()) });
  } else {
    // auth_request passes a 401 and a 403 on and makes a 500 of all else.
    const status = verdict.error.code === 'unauthenticated' ? 401 : 403;
    response.writeHead(status, { 'content-length': 0, ...refusalHeaders(verdict) });
  }
  response.end();
}
