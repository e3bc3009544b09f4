import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { makeAccessTokens } from './access-token.js';
import { buildAdminApp } from './admin-app.js';
import { bootstrapClients } from './bootstrap.js';
import { clientsFile, makeClientStore } from './client-store.js';
import type { Issuer, IssuerOptions } from './contract.js';
import { openJsonFile } from './json-file.js';
import { keySets, makeKeyStore } from './key-store.js';
import { buildPublicApp } from './public-app.js';
import { highestMark, makeRevocationStore, revocations } from './revocation-store.js';
import { makeSecretChecker } from './secret-checker.js';
import { makeTokenIds } from './token-id.js';

/**
 * Starts the issuer: state read, seeds in place, a signing key held, both listeners open.
 * Throws DiodeError `config_invalid` for state that cannot be read, and Node's own error (EADDRINUSE) for a taken port.
 */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const now = Date.now;
  const path = (name: string): string => join(options.dataDir, name);
  const [clientsState, keysState, revocationsState] = await Promise.all([
    openJsonFile(path('clients.json'), clientsFile, []),
    openJsonFile(path('keys.json'), keySets, {}),
    openJsonFile(path('revocations.json'), revocations, { tokens: {}, clients: {} }),
  ]);
  const ids = makeTokenIds(now, highestMark(revocationsState.value));
  const clients = makeClientStore(clientsState, now);
  const keys = makeKeyStore(keysState, options.algorithm ?? 'ES256');
  await Promise.all([bootstrapClients(options.clients, clients, options.log), keys.signingKey()]);

  const urls = { issuer: options.issuerUrl ?? '' };
  const stores = { clients, keys, revocations: makeRevocationStore(revocationsState, ids, now) };
  const tokens = makeAccessTokens({
    ...stores,
    ids,
    now,
    issuerUrl: () => urls.issuer,
    defaultTtlS: options.tokenTtlS ?? 3600,
  });
  const parts = { ...stores, tokens, secrets: makeSecretChecker(), log: options.log, issuerUrl: () => urls.issuer };
  const publicApp = buildPublicApp(parts);
  const adminApp = buildAdminApp(parts);
  const close = async (): Promise<void> => {
    await Promise.all([publicApp.close(), adminApp.close()]);
  };
  try {
    const publicUrl = await listen(publicApp, options.host, options.port);
    const adminUrl = await listen(adminApp, '127.0.0.1', options.adminPort);
    // A port of 0 is known only now, and `iss` with it.
    if (options.issuerUrl === undefined) urls.issuer = publicUrl;
    options.log.info({ public_url: publicUrl, admin_url: adminUrl, issuer: urls.issuer }, 'issuer started');
    return { publicUrl, adminUrl, issuerUrl: urls.issuer, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The URL to call it by: a wildcard address is reached over loopback. */
async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  await app.listen({ host, port });
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${bound}`;
}
