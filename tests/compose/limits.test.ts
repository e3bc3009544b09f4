import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject, type Project } from './lab/compose.js';
import { ask } from './lab/edge.js';
import { healthy, without } from './lab/services.js';
import { METRICS, PROJECT, stack } from './lab/stack.js';
import { type TestClient, testClients } from './lab/test-client.js';

/** As the shipped file, small, and with nobody exempt: tests come from a private network. */
const LIMITS = `rate_limiting:
  global: { requests_per_minute: 6000, burst_size: 1000 }
  per_client: { requests_per_minute: 60, burst_size: 5 }
  whitelist_ips: ["192.0.2.0/24"]
`;

const clients = testClients();
let dir: string;
let limited: Project;
let busy: TestClient;
let other: TestClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode-limits-'));
  writeFileSync(join(dir, 'rate-limits.yml'), LIMITS);
  const mount = { volumes: [`${join(dir, 'rate-limits.yml')}:/app/config/rate-limits.yml:ro`] };
  const services = { 'diode-ingester': mount, 'diode-reconciler': mount, 'diode-auth': mount };
  writeFileSync(join(dir, 'override.json'), JSON.stringify({ services }));
  limited = openProject({
    dir: stack().dir,
    name: PROJECT,
    files: ['docker-compose.yaml', join(dir, 'override.json')],
  });
  await limited.compose('up', '--detach', '--wait', 'ingress-nginx');
  await healthy(limited, 'diode-ingester');
  busy = await clients.make();
  other = await clients.make();
});

afterAll(async () => {
  await stack().compose('up', '--detach', '--wait', 'ingress-nginx');
  await healthy(stack(), 'diode-ingester');
  await clients.remove();
  await rm(dir, { recursive: true, force: true });
});

const look = (token: string, headers: Record<string, string> = {}): ReturnType<typeof ask> =>
  ask('GET', '/api/v1/sync/status', { token, headers });

/** Asks until refused; gives the refusal. */
async function untilRefused(token: string, headers: Record<string, string> = {}): ReturnType<typeof ask> {
  for (let i = 0; i < 40; i += 1) {
    const answer = await look(token, headers);
    if (answer.status === 429) return answer;
    expect(answer.status).toBe(200);
  }
  throw new Error('never refused');
}

async function metric(url: string, name: string): Promise<number> {
  const line = (await (await fetch(url)).text()).split('\n').find((one) => one.startsWith(name));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

describe('rate limits, through nginx', () => {
  it('refuse a client that asks too often, say when to come back, and let others by', async () => {
    const token = await busy.token();
    const refused = await untilRefused(token);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('ratelimit-policy')).toContain('"client";q=5');
    expect(refused.headers.get('ratelimit')).toContain('"client";r=0');
    const let_by = await look(await other.token());
    expect([let_by.status, let_by.headers.has('ratelimit')]).toEqual([200, true]);
    await until(async () => (await look(token)).status === 200, { timeoutMs: 10_000, message: 'it may ask again' });
    expect(await metric(METRICS.reconciler, 'diode_rate_limited_requests_total{bucket="client"')).toBeGreaterThan(0);
  });

  it('count a client once, whichever service it asks, and no address from outside is exempt', async () => {
    const token = await busy.token();
    await untilRefused(token, { 'x-forwarded-for': '192.0.2.7', 'x-real-ip': '192.0.2.7' });
    const ingest = await ask('POST', '/api/v1/ingest/devices', { token, json: { source: 'limits', data: [] } });
    expect([ingest.status, JSON.parse(ingest.text).code]).toEqual([429, 'rate_limited']);
  });

  it('let everybody by without Redis, and say so', async () => {
    const token = await busy.token();
    await without(limited, 'redis', async () => {
      const statuses = new Set<number>();
      for (let i = 0; i < 20; i += 1) statuses.add((await look(token)).status);
      expect([...statuses]).toEqual([200]);
      expect(await metric(METRICS.reconciler, 'diode_rate_limit_open_total')).toBeGreaterThan(0);
    });
    await untilRefused(token);
  });
});
