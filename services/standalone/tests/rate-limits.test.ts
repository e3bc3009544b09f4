import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lifecycle, makeLifecycle, makeLogger, readConfig } from '@diode/runtime';
import { type FreshDatabase, freshDatabase, redisDatabase } from '@diode/testkit';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { STANDALONE_SETTINGS } from '../src/settings.js';
import { startStandalone } from '../src/start.js';

/** Slow to fill, and nothing exempt: the test itself is on loopback. */
const LIMITS = `rate_limiting:
  global: {requests_per_minute: 1, burst_size: 20}
  per_endpoint:
    /diode/auth/token: {requests_per_minute: 1, burst_size: 3}
  whitelist_ips: []
`;

let dir: string;
let database: FreshDatabase;
let life: Lifecycle;
let url: string;
let secret: string;
let authorization: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode-limits-'));
  await writeFile(join(dir, 'rate-limits.yml'), LIMITS);
  database = await freshDatabase();
  const logger = makeLogger({ level: 'silent', service: 'diode', instanceId: 'test' });
  life = makeLifecycle({ logger });
  const env = {
    DIODE_DATA_DIR: join(dir, 'data'),
    DIODE_CONFIG_DIR: dir,
    DIODE_DATABASE_URL: database.url,
    DIODE_REDIS_URL: redisDatabase(inject('redisUrl'), 1),
    DIODE_PORT: '0',
    DIODE_METRICS_PORT: '0',
    DIODE_ISSUER_PORT: '0',
    DIODE_ISSUER_ADMIN_PORT: '0',
    DIODE_NETBOX_SIM_PORT: '0',
  };
  await startStandalone({ config: readConfig(STANDALONE_SETTINGS, env), logger, life, instanceId: 'test', env });
  const connection = JSON.parse(await readFile(join(dir, 'data', 'connection.json'), 'utf8'));
  url = connection.url.replace('localhost', '127.0.0.1');
  secret = connection.clients['diode-client'];
  const answer = await fetch(`${connection.issuer_url}/oauth2/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${connection.client_id}:${connection.client_secret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }),
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  authorization = `Bearer ${access_token}`;
});
afterAll(async () => {
  await life?.stop('test ends');
  await database?.drop();
  await rm(dir, { recursive: true, force: true });
});

function token(path: string): Promise<Response> {
  const form = { grant_type: 'client_credentials', client_id: 'diode-client', client_secret: secret };
  return fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(form) });
}

const left = (answer: Response): string => answer.headers.get('ratelimit')?.replace(/;t=\d+$/, '') ?? 'none';

it('every door takes from the same buckets, once a request', async () => {
  const read = (path: string): Promise<Response> => fetch(`${url}${path}`, { headers: { authorization } });
  const ingest = (path: string, body: unknown): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const site = { source: 'limits', data: { name: 'S1' } };
  expect(left(await ingest('/api/v1/ingest/sites', site))).toBe('"global";r=19');
  expect(left(await ingest('/api/v1/ingest', { source: 'limits', entities: [] }))).toBe('"global";r=18');
  expect(left(await read('/api/v1/sync/status'))).toBe('"global";r=17');
  expect(left(await read('/api/v1/policies'))).toBe('"global";r=16');
  for (const path of ['/health', '/health/auth', '/', '/api/docs', '/api/v1/openapi.json', '/nothing/here']) {
    expect([path, left(await read(path))]).toEqual([path, 'none']);
  }
  expect(left(await fetch(`${url}/diode/auth/introspect`, { method: 'POST', headers: { authorization } }))).toBe(
    '"global";r=15',
  );
});

it('token requests are limited by their public path, by whatever name they come, in the words OAuth clients read', async () => {
  expect(left(await token('/diode/auth/token'))).toBe('"endpoint";r=2');
  expect(left(await token('/auth/token'))).toBe('"endpoint";r=1');
  expect(left(await token('/any/prefix/auth/token'))).toBe('"endpoint";r=0');
  const refused = await token('/diode/auth/token');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
  expect(await refused.json()).toEqual({
    error: 'temporarily_unavailable',
    error_description: expect.stringContaining('/diode/auth/token takes 1 requests a minute'),
  });
});

it('what is in force is not listed as coming later', async () => {
  const answer = await fetch(`${url}/api/v1/policies`, { headers: { authorization } });
  const { not_in_force } = (await answer.json()) as { not_in_force: readonly { key: string }[] };
  expect(not_in_force.filter(({ key }) => key.startsWith('rate_limiting'))).toEqual([]);
});
