import {
  makeRateLimiter,
  type RateLimitSettings,
  type RateStore,
  type Refused,
  rateLimitHeaders,
  refusalWords,
} from '@diode/limits';
import { DiodeError } from '@diode/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HttpApp } from '../http/http-app.js';
import { toDiodeError } from '../http/problem.js';
import type { LimitMetrics } from '../metrics/limit-metrics.js';
import { makeHoldForToken } from './hold-for-token.js';
import { routedPath } from './routed-path.js';

/** The official SDKs do not retry RESOURCE_EXHAUSTED: a call is held this long for a token before it is refused. */
const HOLD_MS = 10_000;

export interface RequestLimitsOptions {
  readonly settings: RateLimitSettings;
  readonly store: RateStore;
  /** The client of a valid token; null for a bad one or none. Never throws. */
  readonly clientOf: (authorization: string | undefined) => Promise<string | null>;
  readonly metrics: LimitMetrics;
  /** How long a gRPC call may be held. Default 10 s. */
  readonly holdMs?: number;
}

export interface GuardOptions {
  /** True for requests that are served without a token, and counted without a client. Default: none; what lacks a token is the route's to refuse. */
  readonly anonymous?: (request: FastifyRequest) => boolean;
  /** Another name of a path, by which it is limited. */
  readonly pathOf?: (routed: string) => string;
}

/** One call, as far as its headers tell. */
export interface LimitedCall {
  readonly method: string;
  readonly authorization: string | undefined;
  readonly address: string;
  readonly signal: AbortSignal;
}

/** Rate limits (READING "Rate limits") on the edges of one process; one for all its edges, so that nothing is counted twice. */
export interface RequestLimits {
  /**
   * Counts each request to the routes of this app (or plugin) that are added after it, once its client is known and before its body is read. Counted
   * answers carry RateLimit headers; the refused are 429 `rate_limited`.
   */
  guard(app: HttpApp, o?: GuardOptions): void;
  /** The same for one request whose caller a route knows by other means. @throws DiodeError rate_limited */
  count(request: FastifyRequest, reply: FastifyReply, clientId: string | null): Promise<void>;
  /** Counts a gRPC call, holding it for a token first. @throws DiodeError rate_limited */
  admitCall(call: LimitedCall): Promise<void>;
}

export function makeRequestLimits(o: RequestLimitsOptions): RequestLimits {
  const limiter = makeRateLimiter({ settings: o.settings, store: counted(o.store, o.metrics) });
  const holdForToken = makeHoldForToken();
  const refuse = (refused: Refused): DiodeError => {
    o.metrics.refused(refused.bucket.kind);
    return new DiodeError('rate_limited', { detail: refusalWords(refused), retryAfterMs: refused.waitMs });
  };
  const countAs = async (
    of: { request: FastifyRequest; reply: FastifyReply },
    clientId: string | null,
    path: string,
  ): Promise<void> => {
    const verdict = await limiter.check({ clientId, path, address: of.request.ip });
    if (verdict.kind === 'uncounted') return;
    of.reply.headers(rateLimitHeaders(verdict));
    if (verdict.kind === 'refused') throw refuse(verdict);
  };
  return {
    guard(app, { anonymous = () => false, pathOf = asRouted }: GuardOptions = {}) {
      const check = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
        const clientId = await o.clientOf(request.headers.authorization);
        if (clientId === null && !anonymous(request)) return;
        await countAs({ request, reply }, clientId, pathOf(routedPath(request)));
      };
      app.addHook('onRequest', (request, reply, done) => {
        if (!limiter.counts(request.ip)) done();
        else
          check(request, reply).then(
            () => done(),
            (thrown: unknown) => done(toDiodeError(thrown)),
          );
      });
    },
    count: (request, reply, clientId) => countAs({ request, reply }, clientId, routedPath(request)),
    async admitCall({ method, authorization, address, signal }) {
      if (!limiter.counts(address)) return;
      const clientId = await o.clientOf(authorization);
      if (clientId === null) return;
      const check = () => limiter.check({ clientId, path: method, address });
      const refused = await holdForToken({ check, holdMs: o.holdMs ?? HOLD_MS, signal });
      if (refused !== null) throw refuse(refused);
    },
  };
}

const asRouted = (path: string): string => path;

/** A store that says how often it could not count. */
function counted(store: RateStore, metrics: LimitMetrics): RateStore {
  return {
    async take(buckets) {
      const take = await store.take(buckets);
      if (take === null) metrics.open();
      return take;
    },
  };
}
