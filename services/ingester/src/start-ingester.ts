import {
  clientOf,
  makeAdminGrantLookup,
  makeAuthGrantLookup,
  makeGate,
  makeGrantSource,
  makeVerifier,
} from '@diode/access';
import { formatMistakes, loadPolicy } from '@diode/policy';
import { DiodeError } from '@diode/protocol';
import { openQueue, openRateStore } from '@diode/queue';
import {
  addHealthRoutes,
  buildHttpApp,
  closeOnStop,
  demand,
  downWhenStopping,
  limitsLog,
  type MainContext,
  makeFrontServer,
  makeHealth,
  makeMetrics,
  makeRequestLimits,
  openMetrics,
} from '@diode/runtime';
import { openStore } from '@diode/store';
import { makeIngester } from './ingester.js';
import type { INGESTER_SETTINGS } from './settings.js';

const MAX_CONNECTIONS = 8;
const STATEMENT_TIMEOUT_MS = 30_000;
/** The ingester takes no partition; the queue only wants a number. */
const LEASE_MS = 30_000;

/** The ingester as a process of its own: HTTP and gRPC on one port, metrics beside it. Stops with the lifecycle. Gives the ports it bound. */
export async function startIngester({
  config,
  logger,
  life,
  instanceId,
}: MainContext<typeof INGESTER_SETTINGS>): Promise<{ readonly port: number; readonly metricsPort: number | null }> {
  const loaded = loadPolicy(config.configDir);
  if (loaded.kind === 'invalid') throw new DiodeError('policy_invalid', { detail: formatMistakes(loaded.mistakes) });
  const { DIODE_DATABASE_URL: databaseUrl, DIODE_REDIS_URL: redisUrl } = demand({
    DIODE_DATABASE_URL: config.databaseUrl,
    DIODE_REDIS_URL: config.redisUrl,
  });
  const store = await openStore({
    databaseUrl,
    maxConnections: MAX_CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  if (store.newerMigrations.length > 0)
    logger.info({ migrations: store.newerMigrations }, 'the schema is newer than this version, which works with it');
  life.onStop({ phase: 'close', name: 'store', stop: () => store.close() });
  const queue = await openQueue({ redisUrl, prefix: 'diode:', instanceId, leaseMs: LEASE_MS });
  life.onStop({ phase: 'close', name: 'queue', stop: () => queue.close() });
  const rates = await openRateStore({ redisUrl, prefix: 'diode:', onChange: limitsLog(logger) });
  life.onStop({ phase: 'close', name: 'rate limits', stop: () => rates.close() });
  const issuer = config.hydraPublicUrl;
  const jwksUrl = config.jwksUrl ?? `${issuer}/.well-known/jwks.json`;
  const verifier = makeVerifier({ issuer, jwksUrl, audience: 'diode' });
  const gate = makeGate({
    verifier,
    grants: makeGrantSource({
      lookup:
        config.authUrl === null
          ? makeAdminGrantLookup({ adminUrl: config.hydraAdminUrl })
          : makeAuthGrantLookup({ authUrl: config.authUrl }),
    }),
  });
  const settings = loaded.settings.ingester;
  const metrics = makeMetrics({
    service: 'ingester',
    instanceId,
    parts: ['ingest'],
    shapes: settings.metrics.customMetrics,
  });
  metrics.watchPool({
    get totalCount() {
      return store.pool.total;
    },
    get idleCount() {
      return store.pool.idle;
    },
    get waitingCount() {
      return store.pool.waiting;
    },
  });
  const rate = makeRequestLimits({
    settings: loaded.settings.rateLimits,
    store: rates,
    clientOf: clientOf(verifier),
    metrics: metrics.limits,
  });
  const { trustedProxies } = config;
  const ingester = makeIngester({
    store,
    queue,
    policy: loaded.policy,
    settings,
    gate,
    rate,
    trustedProxies,
    logger,
    metrics,
    lifecycle: life,
    webhookSecret: config.webhookSecret,
  });
  const health = makeHealth();
  for (const check of ingester.health) health.add(check);
  const app = buildHttpApp({
    logger,
    metrics: metrics.http,
    bodyLimitBytes: settings.limits.bodyBytes,
    trustProxy: trustedProxies,
  });
  await app.register(ingester.routes);
  addHealthRoutes(app, {
    health,
    paths: ['/health', '/health/ingester'],
    mayDetail: async (request) => (await gate.admit(request.headers, 'read')) !== undefined,
  });
  const front = makeFrontServer({ http: app, grpc: ingester.grpcServer({ logger, metrics: metrics.grpc }) });
  const port = await front.listen({ host: config.host, port: config.port });
  closeOnStop(life, { name: 'front', door: front, drainSeconds: config.drainSeconds });
  const scrape = await openMetrics({
    host: config.host,
    port: config.metricsPort,
    listener: settings.metrics,
    metrics,
    health: downWhenStopping(health, life.stopping),
  });
  life.onStop({ phase: 'close', name: 'metrics', stop: () => scrape?.close() });
  logger.info({ port, metrics_port: scrape?.port ?? null }, 'ingester ready');
  return { port, metricsPort: scrape?.port ?? null };
}
