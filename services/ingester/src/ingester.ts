import type { Gate } from '@diode/access';
import type { Policy } from '@diode/engine';
import type { IngesterSettings } from '@diode/policy';
import { wireRegistry } from '@diode/protocol';
import { PARTITIONS, type Queue } from '@diode/queue';
import {
  type GrpcMetrics,
  type HealthCheck,
  type Lifecycle,
  type Logger,
  type Metrics,
  makeGrpcServer,
  type RequestLimits,
} from '@diode/runtime';
import type { Store } from '@diode/store';
import type { FastifyPluginAsync } from 'fastify';
import { makeBackPressure } from './back-pressure.js';
import type { IngesterDeps } from './deps.js';
import { INGEST_METHOD, ingestCall } from './grpc/ingest-call.js';
import { ingestRoutes } from './http/routes.js';
import { makeWorkRouter } from './route-work.js';

const BACKLOG_REFRESH_MS = 1_000;

export interface IngesterOptions {
  readonly store: Store;
  readonly queue: Queue;
  readonly policy: Policy;
  readonly settings: IngesterSettings;
  readonly gate: Gate;
  /** Rate limits, the same for every part of this process. */
  readonly rate?: RequestLimits;
  /** `DIODE_TRUSTED_PROXIES`. */
  readonly trustedProxies?: readonly string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly webhookSecret: string | null;
  /** Rebuilds the receipts of unchanged entities where the reconciler is in this process. */
  readonly completeView?: IngesterDeps['completeView'];
}

/** The ingest room: authenticate, check shape, store durably, enqueue keys, answer 202. */
export interface Ingester {
  readonly deps: IngesterDeps;
  readonly routes: FastifyPluginAsync;
  /** The same over the official wire; `makeFrontServer` feeds it. */
  grpcServer(o: { logger: Logger; metrics: GrpcMetrics }): ReturnType<typeof makeGrpcServer>;
  readonly health: readonly HealthCheck[];
  /** Why ingest refuses at the moment; null while it accepts. */
  closedBecause(): string | null;
}

export function makeIngester(o: IngesterOptions): Ingester {
  const { limits, backPressure } = o.settings;
  const pressure = makeBackPressure({
    backlog: () => o.store.backlog(),
    limits: {
      slowAt: backPressure.slowAt,
      refuseAt: backPressure.maxWaiting,
      slowAtAgeSeconds: backPressure.maxAgeSeconds,
    },
    onGate: (closed, waiting) =>
      o.logger.warn(
        { gate: 'back_pressure', closed, waiting },
        closed ? 'ingest refuses: too much work waits' : 'ingest accepts again',
      ),
  });
  watchBacklog(o, pressure.refresh);
  const deps: IngesterDeps = {
    store: o.store,
    queue: o.queue,
    gate: o.gate,
    rate: o.rate ?? null,
    limits,
    backPressure: pressure,
    webhookSecret: o.webhookSecret,
    route: makeWorkRouter({ policy: o.policy, partitions: PARTITIONS }),
    now: Date.now,
    onCommitted: ({ seconds, entities, refused }) => {
      o.metrics.ingest.committed(seconds);
      o.metrics.ingest.entities('accepted', entities);
      o.metrics.ingest.entities('refused', refused);
    },
    completeView: o.completeView ?? (async (view) => view),
  };
  return {
    deps,
    routes: ingestRoutes(deps),
    grpcServer: ({ logger, metrics }) => {
      // Loading the descriptor takes a while; the first call should not pay for it.
      wireRegistry();
      return makeGrpcServer({
        logger,
        metrics,
        services: { [INGEST_METHOD]: ingestCall(deps) },
        authenticate: (authorization) => o.gate.admit({ authorization }, 'ingest'),
        maxMessageBytes: limits.bodyBytes,
        trustProxy: o.trustedProxies ?? [],
        ...(o.rate === undefined ? {} : { limits: o.rate }),
      });
    },
    health: [
      { name: 'postgres', critical: true, check: async () => void (await o.store.ping()) },
      { name: 'redis', critical: false, check: async () => void (await o.queue.ping()) },
    ],
    closedBecause: () => pressure.reason(),
  };
}

/** Keeps the measure of waiting work fresh; Postgres away leaves the last one (storing will say so itself). */
function watchBacklog(o: IngesterOptions, refresh: () => Promise<void>): void {
  const timer = setInterval(() => void refresh().catch(() => undefined), BACKLOG_REFRESH_MS);
  o.lifecycle.onStop({ phase: 'refuse', name: 'ingest back-pressure', stop: () => clearInterval(timer) });
}
