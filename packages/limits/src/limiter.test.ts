import { describe, expect, it } from 'vitest';
import type { Bucket } from './bucket.js';
import { rateLimitHeaders, refusalWords } from './headers.js';
import { makeRateLimiter } from './limiter.js';
import type { RateLimitSettings } from './settings.js';
import { type Take, take } from './take.js';

const SEED: RateLimitSettings = {
  global: { requestsPerMinute: 1000, burstSize: 100 },
  perClient: { requestsPerMinute: 100, burstSize: 20 },
  perEndpoint: {
    '/api/v1/ingest': { requestsPerMinute: 500, burstSize: 50 },
    '/api/v1/sync': { requestsPerMinute: 100, burstSize: 10 },
  },
  whitelistIps: ['10.0.0.0/8', '::1/128'],
};

/** Buckets in this process, at a time the test sets. */
function memory(): { now: number; taken: string[][]; take(buckets: readonly Bucket[]): Promise<Take> } {
  const full = new Map<string, number | undefined>();
  const name = (bucket: Bucket): string => `${bucket.kind}:${bucket.id}`;
  return {
    now: 0,
    taken: [],
    async take(buckets) {
      this.taken.push(buckets.map(name));
      const result = take(
        buckets,
        buckets.map((b) => full.get(name(b))),
        this.now,
      );
      for (const [i, bucket] of buckets.entries()) full.set(name(bucket), result.fullAtUs[i]);
      return result;
    },
  };
}

const OUTSIDE = '203.0.113.9';

describe('the buckets of a request', () => {
  const bucketsOfRequest = async (clientId: string | null, path: string, settings = SEED): Promise<string[]> => {
    const store = memory();
    await makeRateLimiter({ settings, store }).check({ clientId, path, address: OUTSIDE });
    return store.taken[0] ?? [];
  };

  it('are all that match: global, its client, each endpoint at or above its path', async () => {
    expect(await bucketsOfRequest('a', '/api/v1/ingest')).toEqual(['global:', 'client:a', 'endpoint:/api/v1/ingest']);
    expect(await bucketsOfRequest('a', '/api/v1/ingest/devices')).toContain('endpoint:/api/v1/ingest');
    expect(await bucketsOfRequest('a', '/api/v1/sync/status')).toContain('endpoint:/api/v1/sync');
    expect(await bucketsOfRequest(null, '/diode/auth/token')).toEqual(['global:']);
  });

  it('end at the boundary of a segment', async () => {
    expect(await bucketsOfRequest('a', '/api/v1/ingestx')).toEqual(['global:', 'client:a']);
    expect(await bucketsOfRequest('a', '/api/v1/syncs/recent')).toEqual(['global:', 'client:a']);
  });

  it('may nest, and "/" means every path', async () => {
    const one = { requestsPerMinute: 1, burstSize: 1 };
    const settings = { ...SEED, global: null, perClient: null, perEndpoint: { '/': one, '/a': one, '/a/b': one } };
    expect(await bucketsOfRequest('a', '/a/b/c', settings)).toEqual(['endpoint:', 'endpoint:/a', 'endpoint:/a/b']);
  });
});

describe('the limiter', () => {
  it('answers with the tightest bucket, refuses when it is empty, and says how long', async () => {
    const store = memory();
    const limiter = makeRateLimiter({ settings: SEED, store });
    const ask = () => limiter.check({ clientId: 'a', path: '/api/v1/ingest', address: OUTSIDE });
    const first = await ask();
    expect(first).toMatchObject({ kind: 'allowed', remaining: 19, bucket: { kind: 'client' } });
    if (first.kind !== 'allowed') throw new Error('refused');
    expect(rateLimitHeaders(first)).toEqual({
      'ratelimit-policy': '"client";q=20;w=12',
      ratelimit: '"client";r=19;t=1',
    });
    for (let i = 0; i < 19; i += 1) await ask();
    const refused = await ask();
    expect(refused).toMatchObject({ kind: 'refused', bucket: { kind: 'client' }, waitMs: 600 });
    if (refused.kind !== 'refused') throw new Error('allowed');
    expect(rateLimitHeaders(refused)).toEqual({
      'ratelimit-policy': '"client";q=20;w=12',
      ratelimit: '"client";r=0;t=1',
    });
    expect(refusalWords(refused)).toBe('a client may make 100 requests a minute and 20 at once; try again in 1 s');
    store.now = 600_000;
    expect(await ask()).toMatchObject({ kind: 'allowed', remaining: 0 });
  });

  it('takes nothing from any bucket for a request one of them refuses', async () => {
    const limiter = makeRateLimiter({ settings: SEED, store: memory() });
    const from = (clientId: string) => limiter.check({ clientId, path: '/x', address: OUTSIDE });
    for (let i = 0; i < 500; i += 1) await from('greedy');
    // 20 of the global 100 went to the greedy client; its 480 refusals cost nobody anything.
    for (let client = 0; client < 4; client += 1) {
      for (let i = 0; i < 20; i += 1) expect((await from(`modest-${client}`)).kind).toBe('allowed');
    }
    expect(await from('late')).toMatchObject({ kind: 'refused', bucket: { kind: 'global' } });
  });

  it('does not count exempt networks, nor where nothing limits', async () => {
    const store = memory();
    const limiter = makeRateLimiter({ settings: SEED, store });
    for (const address of ['10.1.2.3', '::1', '::ffff:10.9.9.9']) {
      expect(await limiter.check({ clientId: 'a', path: '/x', address })).toEqual({ kind: 'uncounted' });
    }
    const nothing = { global: null, perClient: null, perEndpoint: {}, whitelistIps: [] };
    const none = makeRateLimiter({ settings: nothing, store });
    expect(await none.check({ clientId: 'a', path: '/x', address: OUTSIDE })).toEqual({ kind: 'uncounted' });
    expect(store.taken).toEqual([]);
    expect([limiter.counts('10.1.2.3'), limiter.counts(OUTSIDE), none.counts(OUTSIDE)]).toEqual([false, true, false]);
  });

  it('lets everything pass while the store does not answer', async () => {
    const limiter = makeRateLimiter({ settings: SEED, store: { take: async () => null } });
    expect(await limiter.check({ clientId: 'a', path: '/x', address: OUTSIDE })).toEqual({ kind: 'uncounted' });
  });
});
