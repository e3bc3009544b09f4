import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeGate } from '@diode/access';
import { makeIngester } from '@diode/ingester';
import type { LoadedPolicy } from '@diode/policy';
import { DiodeError } from '@diode/protocol';
import { makeReconciler, type Reconciler } from '@diode/reconciler';
import { closeOnStop, type MainContext, type Metrics, makeFrontServer, makeMetrics, openMetrics } from '@diode/runtime';
import { removeConnectionFile, writeConnectionFile } from './connection-file.js';
import { makeDataDir } from './data-dir.js';
import { type DataParts, startDataParts } from './data-parts.js';
import { buildFront } from './front.js';
import { type IssuerPart, startIssuerPart } from './issuer-part.js';
import { loadPolicyOrThrow } from './load-policy-or-throw.js';
import { type NetboxPart, startNetboxPart } from './netbox-part.js';
import { progress } from './progress.js';
import { openRatePart } from './rate-part.js';
import type { STANDALONE_SETTINGS } from './settings.js';
import { sayTakenPort } from './taken-port.js';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
/** Longer than NetBox's time-out: a successor must not take over a partition while a request of its old holder may still be at work. */
const LEASE_MARGIN_MS = 15_000;
const COMMAND_LINE_CLIENT = 'diode-ingest';

type Context = MainContext<typeof STANDALONE_SETTINGS> & { readonly env: Readonly<Record<string, string | undefined>> };

/** Starts everything in order; each part stops with the lifecycle. Returns once Diode listens. */
export async function startStandalone(c: Context): Promise<void> {
  const { config, logger, life } = c;
  refuseOpenDemo(config.demo, config.host);
  const dataDir = resolve(config.dataDir ?? join(CHECKOUT, '.diode'));
  await makeDataDir(dataDir);
  const loaded = loadPolicyOrThrow(resolve(CHECKOUT, config.configDir), logger);
  const leaseMs = loaded.settings.reconciler.netbox.timeoutSeconds * 1_000 + LEASE_MARGIN_MS;
  const data = await startDataParts({
    dataDir,
    databaseUrl: config.databaseUrl,
    redisUrl: config.redisUrl,
    instanceId: c.instanceId,
    leaseMs,
    logger,
    life,
  });
  progress(logger, 'Starting the token issuer ...');
  const tokens = await startIssuerPart({
    dataDir,
    clientConfigFile: join(CHECKOUT, 'oauth2', 'client-config.json'),
    host: config.host,
    port: config.issuerPort,
    adminPort: config.issuerAdminPort,
    demo: config.demo,
    env: c.env,
    logger,
    life,
  });
  const netbox = await startNetboxPart({
    dataDir,
    host: config.host,
    netboxUrl: config.netboxUrl,
    netboxToken: config.netboxToken,
    simPort: config.netboxSimPort,
    logger,
    life,
  });
  const { ingester, reconciler: reconcile } = loaded.settings;
  const shapes = [...ingester.metrics.customMetrics, ...reconcile.metrics.customMetrics];
  const metrics = makeMetrics({ service: 'standalone', instanceId: c.instanceId, sources: sourcesOf(tokens), shapes });
  const metricsServer = await sayTakenPort({
    port: config.metricsPort ?? reconcile.metrics.port,
    env: 'DIODE_METRICS_PORT',
    listen: () => openMetrics({ host: config.host, port: config.metricsPort, listener: reconcile.metrics, metrics }),
  });
  life.onStop({ phase: 'close', name: 'metrics', stop: () => metricsServer?.close() });
  const { url, reconciler } = await openDoors({ c, loaded, data, tokens, netbox, metrics });
  await reconciler.start();
  const clients = Object.fromEntries(tokens.clients.map((client) => [client.client_id, client.client_secret ?? '']));
  await writeConnectionFile(dataDir, {
    pid: process.pid,
    url,
    issuer_url: tokens.issuer.publicUrl,
    issuer_admin_url: tokens.issuer.adminUrl,
    metrics_url: metricsServer === null ? null : `http://${host(config.host)}:${metricsServer.port}`,
    netbox_url: netbox.url,
    netbox_token: netbox.standIn ? netbox.token : null,
    client_id: COMMAND_LINE_CLIENT,
    client_secret: clients[COMMAND_LINE_CLIENT] ?? '',
    clients,
    database_url: data.postgres.url,
    redis_url: data.redis.url,
  });
  life.onStop({ phase: 'refuse', name: 'connection file', stop: () => removeConnectionFile(dataDir) });
  logger.info(
    {
      url,
      issuer: tokens.issuer.publicUrl,
      netbox: netbox.url,
      stand_in: netbox.standIn,
      mode: config.mode,
      demo: config.demo,
    },
    'Diode is up',
  );
}

interface Doors {
  readonly c: Context;
  readonly loaded: LoadedPolicy;
  readonly data: DataParts;
  readonly tokens: IssuerPart;
  readonly netbox: NetboxPart;
  readonly metrics: Metrics;
}

/** Builds the three services on their parts and listens on the public port. */
async function openDoors(o: Doors): Promise<{ url: string; reconciler: Reconciler }> {
  const { config, logger, life } = o.c;
  const { store, queue } = o.data;
  const gate = makeGate({ verifier: o.tokens.verifier, grants: o.tokens.grants });
  const rate = await openRatePart({
    settings: o.loaded.settings.rateLimits,
    redisUrl: o.data.redis.url,
    verifier: o.tokens.verifier,
    metrics: o.metrics,
    logger,
    life,
  });
  const { trustedProxies } = config;
  const base = { store, queue, gate, rate, logger, metrics: o.metrics, lifecycle: life };
  const ca = config.netboxCaFile === null ? undefined : await readFile(config.netboxCaFile, 'utf8');
  let closedBecause: () => string | null = () => null;
  const reconciler = makeReconciler({
    ...base,
    loaded: o.loaded,
    netbox: { url: o.netbox.url, token: o.netbox.token ?? '', ...(ca === undefined ? {} : { ca }) },
    instanceId: o.data.instanceId,
    mode: config.mode,
    ingestClosed: () => closedBecause(),
  });
  const settings = o.loaded.settings.ingester;
  const ingester = makeIngester({
    ...base,
    policy: o.loaded.policy,
    settings,
    trustedProxies,
    webhookSecret: config.webhookSecret,
    completeView: reconciler.completeView,
  });
  closedBecause = ingester.closedBecause;
  let url = '';
  const app = await buildFront({
    ingester,
    reconciler,
    issuer: o.tokens.issuer,
    verifier: o.tokens.verifier,
    gate,
    rate,
    trustedProxies,
    logger,
    metrics: o.metrics,
    bodyBytes: settings.limits.bodyBytes,
    page: {
      store,
      showReceipts: isLoopback(config.host),
      view: () => ({
        url,
        issuerUrl: o.tokens.issuer.publicUrl,
        netboxUrl: o.netbox.url,
        standIn: o.netbox.standIn,
        demo: config.demo,
      }),
    },
  });
  const front = makeFrontServer({ http: app, grpc: ingester.grpcServer({ logger, metrics: o.metrics.grpc }) });
  const port = await sayTakenPort({
    port: config.port,
    env: 'DIODE_PORT',
    listen: () => front.listen({ host: config.host, port: config.port }),
  });
  closeOnStop(life, { name: 'front door', door: front, drainSeconds: config.drainSeconds });
  url = `http://${host(config.host)}:${port}`;
  return { url, reconciler };
}

/** Published secrets and an open port do not go together. @throws DiodeError config_invalid */
function refuseOpenDemo(demo: boolean, host: string): void {
  if (!demo || isLoopback(host)) return;
  const detail = `DIODE_DEMO=1 uses published secrets, so it listens on loopback only, not on ${host}`;
  throw new DiodeError('config_invalid', {
    detail,
    errors: [
      {
        pointer: '/env/DIODE_HOST',
        code: 'config_invalid',
        detail,
        remedy: 'Leave DIODE_HOST out, or turn demo mode off.',
      },
    ],
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** What a person types: wildcard and loopback addresses are this machine. */
function host(bound: string): string {
  return isLoopback(bound) || bound === '0.0.0.0' || bound === '::' ? 'localhost' : bound;
}

/** Names the metrics may show: those that clients are bound to. */
function sourcesOf(tokens: IssuerPart): readonly string[] {
  return tokens.clients.flatMap((client) =>
    Array.isArray(client.metadata?.sources) ? client.metadata.sources.filter((s) => typeof s === 'string') : [],
  );
}
