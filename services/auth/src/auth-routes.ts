import { addFormParser, type GuardOptions, type HttpApp } from '@diode/runtime';
import { type Callers, makeCallers } from './caller.js';
import { addClientRoutes } from './client-routes.js';
import type { AuthDeps } from './contract.js';
import { addIntrospectRoute } from './introspect-route.js';
import { sendThrown } from './oauth-reply.js';
import { makeTokenExchange, type TokenExchange } from './token-exchange.js';
import { addTokenRoute } from './token-route.js';

/** Behind the front door the first; an SDK whose target has no path asks for the second (diode-wire §2.3). */
const PREFIXES = ['/diode/auth', '/auth'] as const;

/** Nobody has a token before the first token request. By either name a path is limited by its public one. */
const TOKENS_TOO: GuardOptions = {
  anonymous: (request) => request.routeOptions.url?.endsWith('/auth/token') ?? false,
  pathOf: (path) => (path.startsWith(`${PREFIXES[1]}/`) ? path.replace(PREFIXES[1], PREFIXES[0]) : path),
};

/** The paths below /diode/auth as a plugin, for an app that has others beside them (standalone). Errors are RFC 6749's. */
export function authRoutes(
  deps: AuthDeps,
  callers: Callers = callersOf(deps),
  exchange: TokenExchange = makeTokenExchange(deps),
): (app: HttpApp) => Promise<void> {
  const forget = (clientId: string): void => {
    callers.forget(clientId);
    exchange.forget(clientId);
  };
  return async (app) => {
    addFormParser(app);
    app.setErrorHandler((error, _request, reply) => sendThrown(reply, error));
    deps.rate?.guard(app, TOKENS_TOO);
    for (const prefix of PREFIXES) {
      addTokenRoute(app, prefix, exchange);
      addIntrospectRoute(app, prefix, callers);
      addClientRoutes(app, prefix, { admin: deps.admin, callers, forget });
    }
  };
}

/** Who is calling, by the verifier and the issuer of these deps. */
export function callersOf(deps: AuthDeps): Callers {
  return makeCallers({ verifier: deps.verifier, admin: deps.admin, now: deps.now ?? Date.now, metrics: deps.verdicts });
}
