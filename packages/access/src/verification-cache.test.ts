import { describe, expect, it } from 'vitest';
import type { Identity } from './contract.js';
import { makeVerificationCache } from './verification-cache.js';

const identity = (tokenHash: string, expiresAtMs: number): Identity => ({
  clientId: 'c',
  subject: 'c',
  scopes: new Set(),
  expiresAt: new Date(expiresAtMs),
  tokenHash,
});

describe('makeVerificationCache', () => {
  it('keeps an identity until its token expires, and not a millisecond longer', () => {
    const cache = makeVerificationCache({ maxEntries: 10, maxAgeMs: 60_000 });
    cache.put(identity('a', 1_000), 0);
    expect(cache.get('a', 999)?.tokenHash).toBe('a');
    expect(cache.get('a', 1_000)).toBeUndefined();
    cache.put(identity('late', 1_000), 1_000);
    expect(cache.size).toBe(0);
  });

  it('keeps none longer than its own limit', () => {
    const cache = makeVerificationCache({ maxEntries: 10, maxAgeMs: 100 });
    cache.put(identity('a', 1_000), 0);
    expect(cache.get('a', 99)).toBeDefined();
    expect(cache.get('a', 100)).toBeUndefined();
  });

  it('is bounded: the oldest goes first', () => {
    const cache = makeVerificationCache({ maxEntries: 2, maxAgeMs: 100 });
    for (const hash of ['a', 'b', 'c']) cache.put(identity(hash, 1_000), 0);
    expect([cache.size, cache.get('a', 1), cache.get('c', 1)?.tokenHash]).toEqual([2, undefined, 'c']);
  });
});
