import { makeNetworks } from '@diode/limits';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Logger } from '../logger.js';
import type { HttpMetrics } from '../metrics/http-metrics.js';
import { answerClientError } from './client-error.js';
import { decodeBody } from './content-encoding.js';
import { keepRouteBook } from './method-not-allowed.js';
import { parseJsonBody } from './parse-json.js';
import { collapseSlashes } from './path.js';
import { toDiodeError } from './problem.js';
import { methodNotAllowed, notFound, sendProblem } from './render.js';
import { requestId } from './request-id.js';

/** A fastify instance as Diode builds it. */
export type HttpApp = FastifyInstance;

export interface HttpAppOptions {
  readonly logger: Logger;
  readonly metrics?: HttpMetrics;
  /** Bytes a body may have, before and after decompression; a route may say otherwise with `bodyLimit`. Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** Proxies whose X-Forwarded-For is believed: addresses or CIDRs. Default none. */
  readonly trustProxy?: readonly string[];
  /** Changes a URL before it is routed; `//` is collapsed already. */
  readonly rewritePath?: (url: string) => string;
  /** A request must have arrived whole in this time. Default 60 s. */
  readonly requestTimeoutMs?: number;
  /** Longest header block in bytes. Default 32 KiB. */
  readonly maxHeaderBytes?: number;
}

/**
 * The HTTP server every service stands on: request ids, one log line a request, RFC 9457 errors for everything that can go
 * wrong, bounded gzip bodies, security headers. Nothing a client sends makes a 5xx; an unknown fault does, is logged once, and
 * shows no detail. The app does not listen: `listen` it, or hand it to `makeFrontServer`.
 */
export function buildHttpApp(o: HttpAppOptions): HttpApp {
  const requestTimeoutMs = o.requestTimeoutMs ?? 60_000;
  const app: HttpApp = fastify({
    loggerInstance: o.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: (request) => requestId(request.headers['x-request-id']),
    rewriteUrl: (request) => {
      const url = collapseSlashes(request.url ?? '/');
      return o.rewritePath === undefined ? url : o.rewritePath(url);
    },
    bodyLimit: o.bodyLimitBytes ?? 1_048_576,
    trustProxy: trusting(o.trustProxy ?? []),
    requestTimeout: requestTimeoutMs,
    http: {
      maxHeaderSize: o.maxHeaderBytes ?? 32_768,
      headersTimeout: Math.min(20_000, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(5_000, requestTimeoutMs),
    },
    routerOptions: { maxParamLength: 512 },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      void sendProblem(toDiodeError(error), request, reply);
    },
    clientErrorHandler: answerClientError,
  });
  const book = keepRouteBook(app);
  readBodies(app);
  describeAnswers(app, o.metrics);
  closeIdleWhileClosing(app);
  app.setErrorHandler((error, request, reply) => sendProblem(toDiodeError(error), request, reply));
  app.setNotFoundHandler((request, reply) => {
    const allowed = book.methodsAt(pathOf(request));
    if (allowed.length === 0) throw notFound(pathOf(request));
    reply.header('allow', allowed.join(', '));
    throw methodNotAllowed(request.method, allowed);
  });
  return app;
}

/** Fastify's own reading of a list would not take an IPv4-mapped network; the same sets decide everywhere. */
function trusting(proxies: readonly string[]): false | ((address: string) => boolean) {
  const networks = makeNetworks(proxies);
  return proxies.length === 0 ? false : (address) => networks.has(address);
}

/** Methods whose body nobody reads. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE']);

function readBodies(app: HttpApp): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseJsonBody(app));
  app.addHook('preParsing', (request, _reply, payload, done) => {
    try {
      done(null, BODILESS.has(request.method) ? payload : decodeBody(payload, request.headers['content-encoding']));
    } catch (error) {
      done(toDiodeError(error));
    }
  });
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

function describeAnswers(app: HttpApp, metrics: HttpMetrics | undefined): void {
  if (metrics) app.addHook('onRoute', (route) => metrics.expectRoute(route.url));
  // Hooks of every request take a callback: a promise for each would be a tenth of what an ingest costs.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).headers(SECURITY_HEADERS);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    metrics?.observe(request.routeOptions.url, reply.statusCode, reply.elapsedTime / 1000);
    logRequest(request, reply);
    done();
  });
  app.addHook('onRequestAbort', async (request) => {
    request.log.info({ method: request.method, path: pathOf(request) }, 'request abandoned by the client');
  });
}

function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      method: request.method,
      path: pathOf(request).slice(0, 256),
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      ip: request.ip,
    },
    'request',
  );
}

/** A keep-alive connection that was busy when closing began becomes idle later, and would hold the close until it times out. */
function closeIdleWhileClosing(app: HttpApp): void {
  app.addHook('preClose', async () => {
    const sweep = setInterval(() => app.server.closeIdleConnections(), 50);
    app.server.once('close', () => clearInterval(sweep));
    if (!app.server.listening) clearInterval(sweep);
  });
}

/** Without the query: it may carry what a log must not. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
