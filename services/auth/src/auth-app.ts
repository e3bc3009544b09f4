import { addFormParser, addHealthRoutes, buildHttpApp, type HttpApp } from '@diode/runtime';
import type { FastifyPluginAsync } from 'fastify';
import { makeCallers } from './caller.js';
import { addClientRoutes } from './client-routes.js';
import type { AuthDeps } from './contract.js';
import { addGrantRoutes } from './grant-routes.js';
import { addIntrospectRoute } from './introspect-route.js';
import { sendThrown } from './oauth-reply.js';
import { makeTokenExchange } from './token-exchange.js';
import { addTokenRoute } from './token-route.js';

/** Behind the front door the first; an SDK whose target has no path asks for the second (diode-wire §2.3). */
const PREFIXES = ['/diode/auth', '/auth'] as const;

/** Tokens, introspection, clients: for an app of its own or the front door of the standalone. */
export function authRoutes(deps: AuthDeps): FastifyPluginAsync {
  return async (auth) => {
    const callers = makeCallers({ verifier: deps.verifier, admin: deps.admin, now: deps.now ?? Date.now });
    const exchange = makeTokenExchange(deps);
    const forget = (clientId: string): void => {
      callers.forget(clientId);
      exchange.forget(clientId);
    };
    addFormParser(auth);
    auth.setErrorHandler((error, _request, reply) => sendThrown(reply, error));
    for (const prefix of PREFIXES) {
      addTokenRoute(auth, prefix, exchange);
      addIntrospectRoute(auth, prefix, callers);
      addClientRoutes(auth, prefix, { admin: deps.admin, callers, forget });
    }
  };
}

/** The auth service: tokens, introspection, clients, health. Does not listen. */
export function buildAuthApp(deps: AuthDeps): HttpApp {
  const { logger, metrics, admin, verifier } = deps;
  const app = buildHttpApp({ logger, bodyLimitBytes: 64 * 1024, ...(metrics === undefined ? {} : { metrics }) });
  const callers = makeCallers({ verifier, admin, now: deps.now ?? Date.now });
  void app.register(authRoutes(deps));
  if (deps.grants !== undefined) addGrantRoutes(app, deps.grants);
  addHealthRoutes(app, {
    health: deps.health,
    paths: ['/health', '/health/auth'],
    mayDetail: async (request) => (await callers.caller(request.headers, 'read')).kind === 'ok',
  });
  return app;
}
