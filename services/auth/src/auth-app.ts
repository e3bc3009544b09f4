import { addHealthRoutes, buildHttpApp, type HttpApp } from '@diode/runtime';
import { anyTokenPrefix } from './any-token-prefix.js';
import { authRoutes, callersOf } from './auth-routes.js';
import type { AuthDeps } from './contract.js';
import { answerVerdicts } from './edge/answer-verdicts.js';
import { addRefusalRoute } from './edge/refusal-route.js';
import { counted, makeJudge } from './edge/verdict.js';
import { UNCOUNTED } from './edge/verdict-metrics.js';
import { addGrantRoutes } from './grant-routes.js';
import { makeTokenExchange } from './token-exchange.js';
import { doubtedRoute } from './token-route.js';

/** The auth service: tokens, introspection, clients, verdicts and grants for the other parts, health. Does not listen. */
export function buildAuthApp(deps: AuthDeps): HttpApp {
  const { logger, metrics } = deps;
  const app = buildHttpApp({
    logger,
    bodyLimitBytes: 64 * 1024,
    rewritePath: anyTokenPrefix,
    trustProxy: deps.trustedProxies ?? [],
    ...(metrics === undefined ? {} : { metrics }),
  });
  const callers = callersOf(deps);
  const exchange = makeTokenExchange(deps);
  void app.register(authRoutes(deps, callers, exchange));
  void app.register(doubtedRoute(exchange));
  const judge = makeJudge({
    callers,
    onFault: (fault) => logger.error({ err: fault.cause ?? fault }, 'verdict failed'),
  });
  answerVerdicts(app.server, counted(judge, deps.verdicts ?? UNCOUNTED));
  addRefusalRoute(app, judge);
  if (deps.grants !== undefined) addGrantRoutes(app, deps.grants);
  addHealthRoutes(app, {
    health: deps.health,
    paths: ['/health', '/health/auth'],
    mayDetail: async (request) => (await callers.caller(request.headers, 'read')).kind === 'ok',
  });
  return app;
}
