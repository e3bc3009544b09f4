import type { AuthDeps, AuthMethod, IssuerReply } from './contract.js';
import { ExpiringMap } from './expiring-map.js';
import { issuerAway } from './issuer-http.js';
import { makeLimiter } from './limiter.js';
import { makeTokenCache } from './token-cache.js';
import type { TokenRequest } from './token-request.js';

/** A client's method changes rarely; a wrong memory costs one more call. */
const METHOD_KNOWN_MS = 60_000;

/** Credentials in, the issuer's answer out: cached, coalesced, and by the method the client registered. */
export interface TokenExchange {
  /** Throws DiodeError `token_service_unavailable` or `overloaded`. */
  exchange(request: TokenRequest): Promise<IssuerReply>;
  /** For a 401 the issuer gave a client itself: asked once more in the client's own way, and believed only of a ready issuer. Throws as above. */
  askAgain(request: TokenRequest): Promise<IssuerReply>;
  forget(clientId: string): void;
}

export function makeTokenExchange(deps: AuthDeps): TokenExchange {
  const now = deps.now ?? Date.now;
  const cache = makeTokenCache(deps.tokenCache ?? {}, now);
  const methods = new ExpiringMap<AuthMethod>({ maxEntries: 10_000, now });
  const limiter = makeLimiter({ atOnce: deps.parallelTokenRequests ?? 8, waiting: 256, waitMs: 5_000 });
  const inFlight = new Map<string, Promise<IssuerReply>>();

  const send = ({ clientId, secret, form }: TokenRequest, method: AuthMethod): Promise<IssuerReply> => {
    if (method === 'client_secret_basic') return deps.issuer.token({ form, basic: { id: clientId, secret } });
    const posted = new URLSearchParams(form);
    posted.set('client_id', clientId);
    posted.set('client_secret', secret);
    return deps.issuer.token({ form: posted });
  };

  const lookUp = async (clientId: string): Promise<AuthMethod> => {
    const client = await deps.admin.client(clientId);
    const method =
      client?.token_endpoint_auth_method === 'client_secret_post' ? 'client_secret_post' : 'client_secret_basic';
    // A client that is not there yet may be in a moment.
    if (client !== undefined) methods.set(clientId, method, METHOD_KNOWN_MS);
    return method;
  };

  const ask = async (request: TokenRequest): Promise<IssuerReply> => {
    const remembered = methods.get(request.clientId);
    const method = remembered ?? (await lookUp(request.clientId));
    const reply = await send(request, method);
    if (reply.status !== 401) return reply;
    // Hydra without its database says 401 to the right secret (facts/hydra.md), and may have it back a moment later: only what is said
    // between two times of being ready is believed. The client may have another method by now, too.
    return sureOf(async () => send(request, await lookUp(request.clientId)));
  };

  const sureOf = async (again: () => Promise<IssuerReply>): Promise<IssuerReply> => {
    await demandReady();
    const reply = await again();
    if (reply.status === 401) await demandReady();
    return reply;
  };

  const demandReady = async (): Promise<void> => {
    if (!(await deps.issuer.ready())) throw issuerAway();
  };

  return {
    forget(clientId) {
      cache.forget(clientId);
      methods.delete(clientId);
    },
    askAgain: (request) => limiter.run(() => sureOf(() => send(request, request.sentBy))),
    async exchange(request) {
      const key = cache.key(request);
      const held = cache.get(key);
      if (held !== undefined) return held;
      const asking =
        inFlight.get(key) ??
        limiter
          .run(() => ask(request))
          .then((reply) => {
            cache.put(key, request.clientId, reply);
            return reply;
          })
          .finally(() => inFlight.delete(key));
      inFlight.set(key, asking);
      return asking;
    },
  };
}
