import type { Gate, Verifier } from '@diode/access';
import { anyTokenPrefix, authRoutes, makeIssuerAdmin, makeIssuerHttp, makeIssuerPublic } from '@diode/auth';
import type { Ingester } from '@diode/ingester';
import type { Issuer } from '@diode/issuer';
import type { Reconciler } from '@diode/reconciler';
import {
  addApiDocs,
  addHealthRoutes,
  buildHttpApp,
  type Health,
  type HttpApp,
  type Logger,
  type Metrics,
  makeHealth,
  type RequestLimits,
} from '@diode/runtime';
import { type PageOptions, pageRoute } from './page/page-route.js';
import { platformOpenApi } from './platform-openapi.js';

export interface FrontOptions {
  readonly ingester: Ingester;
  readonly reconciler: Reconciler;
  readonly issuer: Issuer;
  readonly verifier: Verifier;
  readonly gate: Gate;
  /** Rate limits, the same that the ingester and the reconciler were given. */
  readonly rate: RequestLimits;
  /** `DIODE_TRUSTED_PROXIES`. */
  readonly trustedProxies: readonly string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly bodyBytes: number;
  readonly page: Omit<PageOptions, 'health'>;
}

/** The front door on 8080: what nginx joins in compose, here in one app. */
export async function buildFront(o: FrontOptions): Promise<HttpApp> {
  const app = buildHttpApp({
    logger: o.logger,
    metrics: o.metrics.http,
    bodyLimitBytes: o.bodyBytes,
    trustProxy: o.trustedProxies,
    rewritePath: anyTokenPrefix,
  });
  const http = makeIssuerHttp();
  const issuer = makeIssuerPublic({ publicUrl: o.issuer.publicUrl, http });
  const admin = makeIssuerAdmin({ adminUrl: o.issuer.adminUrl, http, ready: issuer.ready });
  const health = addHealth(app, o, issuer.ready);
  await app.register(o.ingester.routes);
  await app.register(o.reconciler.routes);
  const { logger, verifier, rate } = o;
  await app.register(authRoutes({ logger, health: health.auth, verifier, rate, issuer, admin }));
  await addApiDocs(app, platformOpenApi());
  await app.register(pageRoute({ ...o.page, health: health.platform }));
  app.addHook('onClose', () => http.close());
  return app;
}

interface Healths {
  readonly platform: Health;
  readonly auth: Health;
}

/** `/health` is 503 only when ingest cannot accept; each part has its own. Details need a token with scope read. */
function addHealth(app: HttpApp, o: FrontOptions, issuerReady: () => Promise<boolean>): Healths {
  const ingester = makeHealth();
  for (const check of o.ingester.health) ingester.add(check);
  const reconciler = makeHealth();
  for (const check of o.reconciler.health) reconciler.add(check);
  const auth = makeHealth();
  const issuer = {
    name: 'issuer',
    check: async () => ((await issuerReady()) ? undefined : 'the token issuer is not ready'),
  };
  auth.add({ ...issuer, critical: true });
  const platform = makeHealth();
  for (const check of o.ingester.health) platform.add(check);
  for (const check of o.reconciler.health)
    if (!o.ingester.health.some((c) => c.name === check.name)) platform.add({ ...check, critical: false });
  platform.add({ ...issuer, critical: false });
  const mayDetail = async (request: {
    headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  }): Promise<boolean> => (await o.gate.admit(request.headers, 'read')) !== undefined;
  for (const [path, health] of [
    ['/health', platform],
    ['/health/ingester', ingester],
    ['/health/reconciler', reconciler],
    ['/health/auth', auth],
  ] as const) {
    addHealthRoutes(app, { health, paths: [path], mayDetail });
  }
  return { platform, auth };
}
