import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Engine } from '../engine.js';
import { answerPage } from '../pages/answer-page.js';
import { serverError } from '../write/refusal.js';
import { type Answer, html, json } from './answer.js';
import { answerApi } from './api.js';
import type { FaultRule, Faults } from './faults.js';
import { type Request, readRequest } from './request.js';

export interface ServerDeps {
  readonly engine: Engine;
  readonly faults: Faults;
  readonly fallbackHost: string;
  /** Called once an answer's status is known, before it is sent (0 = the connection was cut). */
  seen(method: string, path: string, status: number): void;
  failed(error: unknown): void;
}

/** The stand-in's HTTP server; it answers `/api/` as NetBox does and everything else as pages. */
export function makeServer(deps: ServerDeps): Server {
  return createServer((message, response) => {
    handle(deps, message, response).catch((error: unknown) => {
      deps.failed(error);
      if (!response.headersSent) send(response, 'GET', '', serverAnswer(deps.engine, error));
      else response.destroy();
    });
  });
}

async function handle(deps: ServerDeps, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = deps.engine.clock.uuid();
  const request = await readRequest(message, deps.fallbackHost);
  const fault = deps.faults.strike(request.method, request.path);
  const instead = fault ? await play(fault, response) : null;
  if (instead === 'cut') {
    deps.seen(request.method, request.path, 0);
    return;
  }
  const answer = instead ?? answerSafely(deps, request, requestId);
  if (fault?.kind === 'drop-after-commit') {
    deps.seen(request.method, request.path, 0);
    response.destroy();
    return;
  }
  deps.seen(request.method, request.path, answer.status);
  send(response, request.method, requestId, answer);
}

/** Plays what replaces the answer; null when the request is to be answered after all. */
async function play(fault: FaultRule, response: ServerResponse): Promise<Answer | 'cut' | null> {
  const retry = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
  switch (fault.kind) {
    case 'status':
      return json(fault.status ?? 503, { detail: 'Service temporarily unavailable, please try again later.' }, retry);
    case 'html':
      return {
        ...html(
          fault.status ?? 502,
          '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>',
        ),
        headers: retry,
      };
    case 'drop':
      response.destroy();
      return 'cut';
    case 'hang':
      return 'cut';
    case 'slow':
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, fault.delayMs ?? 1000);
        response.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
      });
      return null;
    case 'drop-after-commit':
      return null;
    default:
      return fault.kind satisfies never;
  }
}

function answerSafely(deps: ServerDeps, request: Request, requestId: string): Answer {
  try {
    return answer(deps.engine, request, requestId);
  } catch (error) {
    deps.failed(error);
    return serverAnswer(deps.engine, error);
  }
}

function answer(engine: Engine, request: Request, requestId: string): Answer {
  if (!request.path.startsWith('/api')) return answerPage(engine, request, requestId);
  if (request.path.endsWith('/')) return answerApi(engine, request, requestId);
  const search = request.query.toString();
  const location = `${request.path}/${search === '' ? '' : `?${search}`}`;
  return { ...html(301, ''), headers: { Location: location } };
}

function serverAnswer(engine: Engine, error: unknown): Answer {
  const name = error instanceof Error ? error.constructor.name : 'Exception';
  const fault = serverError(name, error instanceof Error ? error.message : String(error), engine.tables.netbox);
  return json(fault.status, fault.body);
}

function send(response: ServerResponse, method: string, requestId: string, answer: Answer): void {
  const isJson = answer.body !== undefined;
  const text = isJson ? JSON.stringify(answer.body) : (answer.html ?? '');
  const bytes = Buffer.from(text);
  response.writeHead(answer.status, {
    ...(answer.status !== 204 && {
      'Content-Type': isJson ? 'application/json' : 'text/html; charset=utf-8',
      'Content-Length': bytes.length,
    }),
    Vary: 'HX-Request, Accept-Language, Cookie, origin',
    'X-Request-ID': requestId,
    'API-Version': '4.4',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    ...answer.headers,
  });
  response.end(method === 'HEAD' || answer.status === 204 ? undefined : bytes);
}
