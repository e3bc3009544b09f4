import { readFile } from 'node:fs/promises';
import { clientOf, makeGate, makeGrantSource, makeVerifier } from '@diode/access';
import { formatMistakes, loadPolicy } from '@diode/policy';
import { DiodeError } from '@diode/protocol';
import { openQueue, openRateStore } from '@diode/queue';
import {
  addApiDocs,
  addHealthRoutes,
  buildHttpApp,
  closeOnStop,
  demand,
  downWhenStopping,
  limitsLog,
  type MainContext,
  makeHealth,
  makeHttpDoor,
  makeMetrics,
  makeRequestLimits,
  openMetrics,
} from '@diode/runtime';
import { openStore } from '@diode/store';
import { readOpenApiFile } from './api/read-openapi-file.js';
import { makeReconciler } from './reconciler.js';
import type { RECONCILER_SETTINGS } from './settings.js';

const MAX_CONNECTIONS = 10;
const STATEMENT_TIMEOUT_MS = 30_000;
/** NetBox's time-out is 30 s in the shipped settings; a partition's lease outlives it and a margin. */
const LEASE_MARGIN_MS = 15_000;

/** The reconciler as a process of its own: its parts, its API, its metrics. Stops with the lifecycle. */
export async function startReconciler({
  config,
  logger,
  life,
  instanceId,
}: MainContext<typeof RECONCILER_SETTINGS>): Promise<{ readonly port: number }> {
  const loaded = loadPolicy(config.configDir);
  if (loaded.kind === 'invalid')
    throw new DiodeError('policy_invalid', { detail: formatMistakes(loaded.mistakes), errors: [] });
  const {
    DIODE_DATABASE_URL: databaseUrl,
    DIODE_REDIS_URL: redisUrl,
    DIODE_NETBOX_URL: url,
    DIODE_NETBOX_TOKEN: token,
  } = demand({
    DIODE_DATABASE_URL: config.databaseUrl,
    DIODE_REDIS_URL: config.redisUrl,
    DIODE_NETBOX_URL: config.netboxUrl,
    DIODE_NETBOX_TOKEN: config.netboxToken,
  });
  const settings = loaded.settings.reconciler;
  const store = await openStore({
    databaseUrl,
    maxConnections: MAX_CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  if (store.newerMigrations.length > 0)
    logger.info({ migrations: store.newerMigrations }, 'the schema is newer than this version, which works with it');
  life.onStop({ phase: 'close', name: 'store', stop: () => store.close() });
  const leaseMs = Math.max(settings.queue.leaseSeconds, settings.netbox.timeoutSeconds) * 1_000 + LEASE_MARGIN_MS;
  const queue = await openQueue({ redisUrl, prefix: 'diode:', instanceId, leaseMs });
  life.onStop({ phase: 'close', name: 'queue', stop: () => queue.close() });
  const rates = await openRateStore({ redisUrl, prefix: 'diode:', onChange: limitsLog(logger) });
  life.onStop({ phase: 'close', name: 'rate limits', stop: () => rates.close() });

  const issuer = config.hydraPublicUrl;
  const verifier = makeVerifier({
    issuer,
    jwksUrl: config.jwksUrl ?? `${issuer}/.well-known/jwks.json`,
    audience: 'diode',
  });
  const gate = makeGate({ verifier, grants: makeGrantSource({}) });
  const metrics = makeMetrics({
    service: 'reconciler',
    instanceId,
    parts: ['reconcile'],
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
  const ca = config.netboxCaFile === null ? null : await readFile(config.netboxCaFile, 'utf8');
  const rate = makeRequestLimits({
    settings: loaded.settings.rateLimits,
    store: rates,
    clientOf: clientOf(verifier),
    metrics: metrics.limits,
  });
  const reconciler = makeReconciler({
    store,
    queue,
    loaded,
    netbox: { url, token, ...(ca === null ? {} : { ca }) },
    gate,
    rate,
    logger,
    metrics,
    lifecycle: life,
    instanceId,
    mode: config.mode,
  });
  const health = makeHealth();
  for (const check of reconciler.health) health.add(check);

  const app = buildHttpApp({ logger, metrics: metrics.http, trustProxy: config.trustedProxies });
  await app.register(reconciler.routes);
  const mayDetail = (request: { headers: Parameters<typeof verifier.authenticate>[0] }): Promise<boolean> =>
    verifier.authenticate(request.headers).then((verification) => verification.kind === 'ok');
  addHealthRoutes(app, { health, paths: ['/health', '/health/reconciler'], mayDetail });
  if (config.openapiFile !== null) await addApiDocs(app, await readOpenApiFile(config.openapiFile));
  const door = makeHttpDoor(app);
  await app.listen({ host: config.host, port: config.port });
  closeOnStop(life, { name: 'http', door, drainSeconds: config.drainSeconds });
  const scrape = await openMetrics({
    host: config.host,
    port: config.metricsPort,
    listener: settings.metrics,
    metrics,
    health: downWhenStopping(health, life.stopping),
  });
  life.onStop({ phase: 'close', name: 'metrics', stop: () => scrape?.close() });

  await reconciler.start();
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  logger.info({ port, metrics_port: scrape?.port ?? null, netbox: url, mode: config.mode }, 'reconciler ready');
  return { port };
}
