import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lifecycle, makeLifecycle, makeLogger, readConfig } from '@diode/runtime';
import {
  collectLogs,
  type FreshDatabase,
  freshDatabase,
  leakCheck,
  startTestIssuer,
  type TcpDoor,
  type TestIssuer,
  tcpDoor,
  until,
} from '@diode/testkit';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { INGESTER_SETTINGS } from '../src/settings.js';
import { startIngester } from '../src/start-ingester.js';

leakCheck({ per: 'file' });

const METHOD = '/diode.v1.IngesterService/Ingest';
const WEBHOOK_SECRET = 'hook-secret-for-tests';
/** Slow to fill, so that what a test takes stays taken. Nothing is exempt: the tests themselves are on loopback. */
const LIMITS = `rate_limiting:
  per_client: {requests_per_minute: 2, burst_size: 6}
  per_endpoint:
    /api/v1/ingest/webhook: {requests_per_minute: 1, burst_size: 1}
  whitelist_ips: ["198.51.100.0/24"]
`;

let database: FreshDatabase;
let issuer: TestIssuer;
let redis: TcpDoor;
let configDir: string;
const running: Lifecycle[] = [];
const grpcClients: Client[] = [];
/** Clients of this run only: the buckets of others in the same Redis are theirs. */
const names = Array.from({ length: 6 }, () => `limited-${randomUUID()}`);
let unused = 0;

beforeAll(async () => {
  const clients = names.map((client_id) => ({
    client_id,
    client_secret: 'secret-of-a-test-client',
    grant_types: ['client_credentials'],
    scope: 'read write',
    token_endpoint_auth_method: 'client_secret_basic' as const,
  }));
  [database, issuer, redis] = await Promise.all([
    freshDatabase(),
    startTestIssuer({ clients }),
    tcpDoor(inject('redisUrl')),
  ]);
  configDir = await mkdtemp(join(tmpdir(), 'diode-limits-'));
  await writeFile(join(configDir, 'rate-limits.yml'), LIMITS);
});
afterEach(async () => {
  for (const client of grpcClients.splice(0)) client.close();
  for (const life of running.splice(0)) await life.stop('test ends');
});
afterAll(async () => {
  await redis?.close();
  await issuer?.close();
  await database?.drop();
  await rm(configDir, { recursive: true, force: true });
});

interface Instance {
  readonly port: number;
  readonly logs: ReturnType<typeof collectLogs>;
  metric(name: string): Promise<number>;
}

/** The ingester as its process starts it, on the tests' Postgres and on Redis through the door. */
async function start(env: Readonly<Record<string, string>> = {}): Promise<Instance> {
  const logs = collectLogs();
  const logger = makeLogger({ level: 'info', service: 'ingester', instanceId: 'i', destination: logs.destination });
  const life = makeLifecycle({ logger });
  running.push(life);
  const config = readConfig(INGESTER_SETTINGS, {
    DIODE_PORT: '0',
    DIODE_METRICS_PORT: '0',
    DIODE_CONFIG_DIR: configDir,
    DIODE_DATABASE_URL: database.url,
    DIODE_REDIS_URL: redis.url,
    HYDRA_PUBLIC_URL: issuer.issuerUrl,
    HYDRA_ADMIN_URL: issuer.adminUrl,
    DIODE_JWKS_URL: `${issuer.publicUrl}/.well-known/jwks.json`,
    DIODE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    ...env,
  });
  const { port, metricsPort } = await startIngester({ config, logger, life, instanceId: `i-${randomUUID()}` });
  return {
    port,
    logs,
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(name))
          ?.split(' ')
          .at(-1),
      );
    },
  };
}

/** A client nobody used yet, with its token. */
async function newcomer(): Promise<{ authorization: string }> {
  const name = names[unused]!;
  unused += 1;
  return { authorization: `Bearer ${await issuer.token(name, { scope: 'write' })}` };
}

function post(
  at: Instance,
  headers: Readonly<Record<string, string>>,
  path = '/api/v1/ingest/sites',
): Promise<Response> {
  return fetch(`http://127.0.0.1:${at.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ source: 'limits', data: { name: 'S1' } }),
  });
}

async function ingest(at: Instance, headers: Readonly<Record<string, string>>): Promise<ServiceError | null> {
  const file = new URL('../../../packages/protocol/tests/fixtures/wire/py-prefixes-vlans-vrf.binpb', import.meta.url);
  const message = await readFile(file);
  const client = new Client(`127.0.0.1:${at.port}`, credentials.createInsecure());
  grpcClients.push(client);
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const bytes = (value: Buffer): Buffer => value;
  return new Promise((done) => {
    client.makeUnaryRequest(METHOD, bytes, bytes, message, metadata, (error) => done(error ?? null));
  });
}

it('two instances and both protocols share one bucket: HTTP is refused with 429, gRPC with RESOURCE_EXHAUSTED', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  const who = await newcomer();
  const first = await post(one, who);
  expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([202, '"client";q=6;w=180']);
  expect(first.headers.get('ratelimit')).toMatch(/^"client";r=5;t=\d+$/);
  expect((await post(other, who)).headers.get('ratelimit')).toMatch(/^"client";r=4;/);
  expect(await ingest(one, who)).toBeNull();
  expect((await post(other, who)).headers.get('ratelimit')).toMatch(/^"client";r=2;/);
  expect(await ingest(other, who)).toBeNull();
  expect((await post(one, who)).status).toBe(202);

  const refused = await post(other, who);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(20);
  expect(refused.headers.get('ratelimit')).toBe(`"client";r=0;t=${refused.headers.get('retry-after')}`);
  expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 });
  const call = await ingest(one, who);
  expect([call?.code, call?.metadata.get('diode-error-code')]).toEqual([status.RESOURCE_EXHAUSTED, ['rate_limited']]);
  expect(Number(call?.metadata.get('grpc-retry-pushback-ms')[0])).toBeGreaterThan(20_000);
  expect(await one.metric('diode_rate_limited_requests_total{bucket="client"}')).toBe(1);
  expect(await other.metric('diode_rate_limited_requests_total{bucket="client"}')).toBe(1);
  expect((await post(one, await newcomer())).status).toBe(202);
});

it('a request is counted when its client is known: neither health nor a bad token takes anything', async () => {
  const at = await start();
  const who = await newcomer();
  for (let i = 0; i < 10; i += 1) {
    expect((await post(at, { authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${at.port}/health`)).headers.get('ratelimit')).toBeNull();
  }
  expect((await post(at, who)).headers.get('ratelimit')).toMatch(/^"client";r=5;/);
});

it("NetBox's webhook is counted once its signature is known to be right", async () => {
  const at = await start();
  const body = JSON.stringify({ event: 'updated', model: 'site', data: { id: 7 } });
  const send = (signature: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${at.port}/api/v1/ingest/webhook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hook-signature': signature },
      body,
    });
  const good = createHmac('sha512', WEBHOOK_SECRET).update(body).digest('hex');
  expect((await send('0'.repeat(128))).status).toBe(401);
  expect((await send(good)).headers.get('ratelimit-policy')).toBe('"endpoint";q=1;w=60');
  expect((await send(good)).status).toBe(429);
});

it('an exempt network is that of the client, as a trusted proxy tells it and nobody else', async () => {
  const exempt = { 'x-forwarded-for': '198.51.100.7' };
  const alone = await start();
  const who = await newcomer();
  expect((await post(alone, { ...who, ...exempt })).headers.get('ratelimit')).toMatch(/^"client";r=5;/);
  const behind = await start({ DIODE_TRUSTED_PROXIES: '127.0.0.1' });
  for (let i = 0; i < 10; i += 1) {
    expect((await post(behind, { ...who, ...exempt })).headers.get('ratelimit')).toBeNull();
  }
  const spoofed = { ...who, 'x-forwarded-for': '198.51.100.7, 203.0.113.5' };
  expect((await post(behind, spoofed)).headers.get('ratelimit')).toMatch(/^"client";r=4;/);
});

it('while Redis is away all pass, which is measured and said once; when it is back the limits hold again', async () => {
  const at = await start();
  const who = await newcomer();
  for (let i = 0; i < 6; i += 1) await post(at, who);
  expect((await post(at, who)).status).toBe(429);
  redis.shut();
  for (let i = 0; i < 12; i += 1) expect((await post(at, who)).status).toBe(202);
  expect(await at.metric('diode_rate_limit_open_total')).toBe(12);
  redis.open();
  await until(async () => (await post(at, who)).status === 429, { message: 'limits in force again' });
  const said = at.logs.lines().filter((line) => line.msg?.startsWith('rate limits are'));
  expect(said.map((line) => line.msg)).toEqual([
    'rate limits are suspended: Redis does not answer, requests pass uncounted',
    'rate limits are in force again',
  ]);
});
