import { type Bucket, type RateLimitSettings, type Take, take } from '@diode/limits';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildHttpApp, type HttpApp } from '../http/http-app.js';
import { makeLogger } from '../logger.js';
import { type Metrics, makeMetrics } from '../metrics/metrics.js';
import { makeRequestLimits, type RequestLimits } from './request-limits.js';

const SETTINGS: RateLimitSettings = {
  global: { requestsPerMinute: 60, burstSize: 10 },
  perClient: { requestsPerMinute: 60, burstSize: 3 },
  perEndpoint: { '/api/v1/things/red': { requestsPerMinute: 30, burstSize: 1 } },
  whitelistIps: ['10.0.0.0/8'],
};

let app: HttpApp;
let limits: RequestLimits;
let metrics: Metrics;
let away: boolean;
let taken: string[][];

/** Buckets of this process, at a time that stands still. */
async function takeHere(full: Map<string, number | undefined>, buckets: readonly Bucket[]): Promise<Take | null> {
  if (away) return null;
  const names = buckets.map((bucket) => `${bucket.kind}:${bucket.id}`);
  taken.push(names);
  const result = take(
    buckets,
    names.map((name) => full.get(name)),
    0,
  );
  for (const [i, name] of names.entries()) full.set(name, result.fullAtUs[i]);
  return result;
}

beforeEach(async () => {
  away = false;
  taken = [];
  metrics = makeMetrics({ service: 't' });
  const full = new Map<string, number | undefined>();
  limits = makeRequestLimits({
    settings: SETTINGS,
    store: { take: (buckets) => takeHere(full, buckets) },
    clientOf: async (authorization) => (authorization?.startsWith('Bearer ') ? authorization.slice(7) : null),
    metrics: metrics.limits,
  });
  const logger = makeLogger({
    level: 'silent',
    service: 't',
    instanceId: 'i',
    destination: { write: () => undefined },
  });
  app = buildHttpApp({ logger, trustProxy: ['192.0.2.1'] });
  app.get('/health', async () => ({ ok: true }));
  await app.register(async (part: HttpApp) => {
    limits.guard(part, {
      anonymous: (request) => request.routeOptions.url === '/auth/token',
      pathOf: (path) => (path.startsWith('/auth/') ? `/diode${path}` : path),
    });
    part.get('/api/v1/things/:name', async () => ({ ok: true }));
    part.post('/auth/token', async () => ({ ok: true }));
  });
});
afterEach(() => app.close());

function get(url: string, o: { token?: string; from?: string; forwardedFor?: string } = {}) {
  const authorization = o.token === undefined ? {} : { authorization: `Bearer ${o.token}` };
  const forwarded = o.forwardedFor === undefined ? {} : { 'x-forwarded-for': o.forwardedFor };
  return app.inject({ url, remoteAddress: o.from ?? '203.0.113.7', headers: { ...authorization, ...forwarded } });
}

const metric = async (name: string): Promise<string | undefined> =>
  (await metrics.render()).split('\n').find((line) => line.startsWith(name));

describe('limits of an HTTP app', () => {
  it('are told by each counted answer, and refuse with 429 and when to come again', async () => {
    const first = await get('/api/v1/things/blue', { token: 'a' });
    expect([first.statusCode, first.headers['ratelimit-policy'], first.headers.ratelimit]).toEqual([
      200,
      '"client";q=3;w=3',
      '"client";r=2;t=1',
    ]);
    await get('/api/v1/things/blue', { token: 'a' });
    await get('/api/v1/things/blue', { token: 'a' });
    const refused = await get('/api/v1/things/blue', { token: 'a' });
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({ 'retry-after': '1', ratelimit: '"client";r=0;t=1' });
    expect(refused.json()).toMatchObject({ code: 'rate_limited', status: 429, type: '/errors/rate_limited' });
    expect(await metric('diode_rate_limited_requests_total{bucket="client"}')).toMatch(/ 1$/);
    expect((await get('/api/v1/things/blue', { token: 'b' })).statusCode).toBe(200);
  });

  it('count a request once, by the route it reached, however its path is spelt', async () => {
    const red = ['client:a', 'endpoint:/api/v1/things/red'];
    for (const url of [
      '/api/v1/things/red',
      '/api/v1/things/r%65d',
      '//api//v1/things/red?x=1',
      '/api/v1/things/red#x',
    ]) {
      taken = [];
      await get(url, { token: 'a' });
      expect([url, taken]).toEqual([url, [['global:', ...red]]]);
    }
  });

  it('leave alone what is open, what is elsewhere, and what lacks a token', async () => {
    for (const url of ['/health', '/api/v1/things/blue', '/nothing']) {
      const answer = await get(url);
      expect([url, answer.headers.ratelimit]).toEqual([url, undefined]);
    }
    expect(taken).toEqual([]);
  });

  it('count token requests without a client, under their public name', async () => {
    await app.inject({ method: 'POST', url: '/auth/token', remoteAddress: '203.0.113.7' });
    expect(taken).toEqual([['global:']]);
  });

  it('exempt a network by the address nobody can write', async () => {
    const exempt = { token: 'a', from: '10.1.1.1' };
    for (let i = 0; i < 5; i += 1) expect((await get('/api/v1/things/red', exempt)).statusCode).toBe(200);
    await get('/api/v1/things/blue', { token: 'a', forwardedFor: '10.1.1.1' });
    expect(taken).toHaveLength(1);
    await get('/api/v1/things/blue', { token: 'a', from: '192.0.2.1', forwardedFor: '10.1.1.1' });
    expect(taken).toHaveLength(1);
    await get('/api/v1/things/blue', { token: 'a', from: '192.0.2.1', forwardedFor: '10.1.1.1, 203.0.113.9' });
    expect(taken).toHaveLength(2);
  });

  it('are open while the store is away, and that is counted', async () => {
    away = true;
    for (let i = 0; i < 8; i += 1) expect((await get('/api/v1/things/red', { token: 'a' })).statusCode).toBe(200);
    expect(await metric('diode_rate_limit_open_total')).toMatch(/ 8$/);
    away = false;
    await get('/api/v1/things/red', { token: 'a' });
    expect((await get('/api/v1/things/red', { token: 'a' })).statusCode).toBe(429);
  });
});
