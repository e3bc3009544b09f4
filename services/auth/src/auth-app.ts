import { addHealthRoutes, buildHttpApp, type HttpApp } from '@diode/runtime';
import { authRoutes, callersOf } from './auth-routes.js';
import type { AuthDeps } from './contract.js';
import { addGrantRoutes } from './grant-routes.js';

/** The auth service: tokens, introspection, clients, grants for other services, health. Does not listen. */
export function buildAuthApp(deps: AuthDeps): HttpApp {
  const { logger, metrics } = deps;
  const app = buildHttpApp({ logger, bodyLimitBytes: 64 * 1024, ...(metrics === undefined ? {} : { metrics }) });
  const callers = callersOf(deps);
  void app.register(authRoutes(deps, callers));
  if (deps.grants !== undefined) addGrantRoutes(app, deps.grants);
  addHealthRoutes(app, {
    health: deps.health,
    paths: ['/health', '/health/auth'],
    mayDetail: async (request) => (await callers.caller(request.headers, 'read')).kind === 'ok',
  });
  return app;
}
