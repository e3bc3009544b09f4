import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeVerifier } from '@diode/access';
import { type AuthDeps, buildAuthApp, makeIssuerAdmin, makeIssuerHttp, makeIssuerPublic } from '@diode/auth';
import { makeHealth, makeLogger } from '@diode/runtime';
import { collectLogs } from '@diode/testkit';

export interface Urls {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly issuerUrl: string;
}

/** The auth service on a socket, in front of an issuer. */
export async function startAuthService(urls: Urls, over: Partial<AuthDeps> = {}) {
  const logs = collectLogs();
  const http = makeIssuerHttp();
  const issuer = makeIssuerPublic({ publicUrl: urls.publicUrl, http });
  const health = makeHealth({ ttlMs: 0 });
  health.add({ name: 'issuer', critical: true, check: async () => ((await issuer.ready()) ? undefined : 'not ready') });
  const app = buildAuthApp({
    logger: makeLogger({ level: 'trace', service: 'auth', instanceId: 'test', destination: logs.destination }),
    health,
    issuer,
    admin: makeIssuerAdmin({ adminUrl: urls.adminUrl, http, ready: issuer.ready }),
    verifier: makeVerifier({
      issuer: urls.issuerUrl,
      jwksUrl: `${urls.publicUrl}/.well-known/jwks.json`,
      audience: 'diode',
    }),
    ...over,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    logs,
    async close(): Promise<void> {
      await app.close();
      await http.close();
    },
    call: async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(20_000) });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>,
      };
    },
  };
}
export type AuthService = Awaited<ReturnType<typeof startAuthService>>;

/** A token call as the official SDKs make it: credentials in the form. */
export function tokenForm(clientId: string, secret: string, more: Record<string, string> = {}): RequestInit {
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret, ...more };
  return { method: 'POST', body: new URLSearchParams(fields) };
}

export const bearer = (token: string, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` },
});

export const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** A server that answers as a test says: an issuer in trouble. */
export async function startServer(listener: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
