import { makeAdminGrantLookup, makeGrantSource, makeVerifier } from '@diode/access';
import {
  closeOnStop,
  downWhenStopping,
  type MainContext,
  makeHealth,
  makeHttpDoor,
  makeMetrics,
  startMetricsServer,
} from '@diode/runtime';
import { buildAuthApp } from './auth-app.js';
import { makeVerdictMetrics } from './edge/verdict-metrics.js';
import { makeIssuerAdmin } from './issuer-admin.js';
import { makeIssuerHttp } from './issuer-http.js';
import { makeIssuerPublic } from './issuer-public.js';
import { openRate } from './open-rate.js';
import { type AUTH_SETTINGS, issuerBase, keysUrl } from './settings.js';

/** Builds the auth service on its adapters and listens. */
export async function startAuth({
  config,
  logger,
  life,
  instanceId,
}: MainContext<typeof AUTH_SETTINGS>): Promise<void> {
  const http = makeIssuerHttp();
  const issuer = makeIssuerPublic({ publicUrl: issuerBase(config), http });
  const health = makeHealth();
  health.add({
    name: 'issuer',
    critical: true,
    check: async () => ((await issuer.ready()) ? undefined : 'the token issuer is not ready'),
  });
  const metrics = makeMetrics({ service: 'auth', instanceId, parts: [] });
  const verifier = makeVerifier({ issuer: config.hydraPublicUrl, jwksUrl: keysUrl(config), audience: 'diode' });
  const rate = await openRate({ config, logger, life, verifier, metrics });
  const app = buildAuthApp({
    logger,
    metrics: metrics.http,
    verdicts: makeVerdictMetrics(metrics.registry),
    health,
    issuer,
    admin: makeIssuerAdmin({ adminUrl: config.hydraAdminUrl, http, ready: issuer.ready }),
    verifier,
    trustedProxies: config.trustedProxies,
    ...(rate === null ? {} : { rate }),
    grants: makeGrantSource({ lookup: makeAdminGrantLookup({ adminUrl: config.hydraAdminUrl }) }),
  });
  const scrape = await startMetricsServer({
    host: config.host,
    port: config.metricsPort ?? 9090,
    metrics,
    health: downWhenStopping(health, life.stopping),
  });
  life.onStop({ phase: 'parts', name: 'metrics', stop: () => scrape.close() });
  life.onStop({ phase: 'close', name: 'issuer connections', stop: () => http.close() });
  closeOnStop(life, { name: 'http', door: makeHttpDoor(app), drainSeconds: config.drainSeconds });
  const url = await app.listen({ host: config.host, port: config.port });
  logger.info({ url, metrics_port: scrape.port }, 'auth listening');
}
