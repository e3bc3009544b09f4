import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeGate, makeGrantSource, makeVerifier } from '@diode/access';
import { startIssuer } from '@diode/issuer';
import { loadPolicy } from '@diode/policy';
import { openQueue, type Queue } from '@diode/queue';
import { buildHttpApp, makeLifecycle, makeLogger, makeMetrics } from '@diode/runtime';
import { openStore, type Store } from '@diode/store';
import { collectLogs, type FreshDatabase, freshDatabase, freshRedisPrefix } from '@diode/testkit';
import { inject } from 'vitest';
import { type Ingester, makeIngester } from '../src/ingester.js';

export const WEBHOOK_SECRET = 'hook-secret-for-tests';

export interface Harness {
  readonly url: string;
  readonly store: Store;
  readonly ingester: Ingester;
  readonly database: FreshDatabase;
  readonly logs: ReturnType<typeof collectLogs>;
  /** A token of the given client and scope. */
  token(client: 'any' | 'bound' | 'reader', scope: string): Promise<string>;
  post(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

/** The ingester on a real Postgres, Redis and issuer, behind a socket. `redisUrl` may name one that is not there. */
export async function startIngester(
  o: {
    redisUrl?: string;
    settings?: { maxWaiting: number };
    throughDoor?: (databaseUrl: string) => Promise<string>;
  } = {},
): Promise<Harness> {
  const dir = mkdtempSync(join(tmpdir(), 'diode-ingester-'));
  const database = await freshDatabase();
  const logs = collectLogs();
  const logger = makeLogger({ level: 'info', service: 'ingester', instanceId: 'test', destination: logs.destination });
  const issuer = await startIssuer({
    dataDir: dir,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    log: logger,
    clients: CLIENTS,
  });
  const store = await openStore({
    databaseUrl: (await o.throughDoor?.(database.url)) ?? database.url,
    maxConnections: 5,
    statementTimeoutMs: 10_000,
  });
  const queue: Queue = await openQueue({
    redisUrl: o.redisUrl ?? inject('redisUrl'),
    prefix: freshRedisPrefix(),
    instanceId: 'test',
    leaseMs: 5_000,
  });
  const loaded = loadPolicy({});
  if (loaded.kind !== 'ok') throw new Error('the built-in policy is broken');
  const life = makeLifecycle({ logger });
  const settings = loaded.settings.ingester;
  const ingester = makeIngester({
    store,
    queue,
    policy: loaded.policy,
    settings: o.settings ? { ...settings, backPressure: { ...settings.backPressure, ...o.settings } } : settings,
    gate: makeGate({
      verifier: makeVerifier({
        issuer: issuer.issuerUrl,
        jwksUrl: `${issuer.publicUrl}/.well-known/jwks.json`,
        audience: 'diode',
      }),
      grants: makeGrantSource({ configured: new Map([['bound', ['lldp']]]) }),
    }),
    logger,
    metrics: makeMetrics({ service: 'ingester' }),
    lifecycle: life,
    webhookSecret: WEBHOOK_SECRET,
  });
  const app = buildHttpApp({ logger });
  await app.register(ingester.routes);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const tokens = new Map<string, string>();
  const token: Harness['token'] = async (client, scope) => {
    const known = tokens.get(client + scope);
    if (known !== undefined) return known;
    const response = await fetch(`${issuer.publicUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${client}:secret-${client}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    tokens.set(client + scope, access_token);
    return access_token;
  };
  return {
    url,
    store,
    ingester,
    database,
    logs,
    token,
    async post(path, body, headers = {}) {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await token('any', 'write')}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      };
    },
    async close() {
      await life.stop('test ends');
      await app.close();
      await queue.close();
      await store.close();
      await issuer.close();
      await database.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const CLIENTS = ['any', 'bound', 'reader'].map((id) => ({
  client_id: id,
  client_secret: `secret-${id}`,
  grant_types: ['client_credentials'],
  scope: 'read write',
  token_endpoint_auth_method: 'client_secret_basic' as const,
}));
