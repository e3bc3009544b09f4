import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { redisDatabase, spawnNode, startTestIssuer, type TestIssuer } from '@diode/testkit';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { bearer, tokenForm } from './harness.js';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Slow to fill, and nothing exempt: the test itself is on loopback. */
const LIMITS = `rate_limiting:
  per_client: {requests_per_minute: 1, burst_size: 2}
  per_endpoint:
    /diode/auth/token: {requests_per_minute: 1, burst_size: 2}
  whitelist_ips: []
`;

let configDir: string;
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
  configDir = await mkdtemp(join(tmpdir(), 'diode-limits-'));
});
afterAll(async () => {
  await issuer?.close();
  await rm(configDir, { recursive: true, force: true });
});

function start(env: Readonly<Record<string, string>> = {}): ReturnType<typeof spawnNode> {
  return spawnNode(MAIN, [], {
    HYDRA_PUBLIC_URL: issuer.publicUrl,
    HYDRA_ADMIN_URL: issuer.adminUrl,
    DIODE_PORT: '0',
    DIODE_METRICS_PORT: '0',
    DIODE_CONFIG_DIR: configDir,
    ...env,
  });
}

it('the auth process limits token requests without a client, the others by the client of their token', async () => {
  await writeFile(join(configDir, 'rate-limits.yml'), LIMITS);
  const auth = start({ DIODE_REDIS_URL: redisDatabase(inject('redisUrl'), 2) });
  try {
    const [, url = ''] = await auth.line(/"url":"(http:[^"]+)"/);
    const { client_id, client_secret } = issuer.clients[0]!;
    const token = () => fetch(`${url}/diode/auth/token`, tokenForm(client_id, client_secret));
    const first = await token();
    expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"endpoint";q=2;w=120']);
    const { access_token } = (await first.json()) as { access_token: string };
    await token();
    const refused = await token();
    expect([refused.status, refused.headers.get('ratelimit')?.slice(0, 14)]).toEqual([429, '"endpoint";r=0']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });

    const introspect = (value: string) => fetch(`${url}/diode/auth/introspect`, bearer(value, { method: 'POST' }));
    expect((await introspect('nonsense')).headers.get('ratelimit')).toBeNull();
    const answers = [await introspect(access_token), await introspect(access_token), await introspect(access_token)];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429]);
    expect((await fetch(`${url}/health`)).headers.get('ratelimit')).toBeNull();
    const verdict = await fetch(`${url}/internal/auth/request`, bearer(access_token));
    expect([verdict.status === 429, verdict.headers.get('ratelimit')]).toEqual([false, null]);
  } finally {
    await auth.kill('SIGTERM');
  }
});

it('without a Redis it has no limits and says so', async () => {
  await writeFile(join(configDir, 'rate-limits.yml'), LIMITS);
  const auth = start();
  try {
    await auth.line(/DIODE_REDIS_URL is not set/);
    const [, url = ''] = await auth.line(/"url":"(http:[^"]+)"/);
    const { client_id, client_secret } = issuer.clients[0]!;
    for (let i = 0; i < 5; i += 1) {
      expect((await fetch(`${url}/diode/auth/token`, tokenForm(client_id, client_secret))).status).toBe(200);
    }
  } finally {
    await auth.kill('SIGTERM');
  }
});

it('it does not start on limits with mistakes', async () => {
  await writeFile(join(configDir, 'rate-limits.yml'), 'rate_limiting:\n  authentication_required: false\n');
  const auth = start({ DIODE_REDIS_URL: redisDatabase(inject('redisUrl'), 2) });
  expect((await auth.exited).code).toBe(78);
  expect(auth.stderr()).toContain('authentication cannot be switched off');
});
