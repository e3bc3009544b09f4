import { describe, expect, it } from 'vitest';
import { makeSecretChecker } from './secret-checker.js';
import { hashSecret } from './secret-hash.js';

describe('makeSecretChecker', () => {
  it('tells right from wrong, the second time without hashing', async () => {
    const checker = makeSecretChecker();
    const stored = await hashSecret('right');
    expect(await checker.check('right', stored)).toBe('match');
    expect(await checker.check('wrong', stored)).toBe('mismatch');
    const started = performance.now();
    for (let i = 0; i < 200; i += 1) {
      expect(await checker.check('right', stored)).toBe('match');
      expect(await checker.check('wrong', stored)).toBe('mismatch');
    }
    // 400 hashes would take twenty seconds.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('judges a secret anew after the stored hash has changed', async () => {
    const checker = makeSecretChecker();
    expect(await checker.check('old', await hashSecret('old'))).toBe('match');
    expect(await checker.check('old', await hashSecret('new'))).toBe('mismatch');
  });

  it('finds no secret for a client that is not there, nor in a hash that is none', async () => {
    const checker = makeSecretChecker();
    expect(await checker.check('', undefined)).toBe('mismatch');
    expect(await checker.check('', '$scrypt$$')).toBe('mismatch');
    expect(await checker.check('x', 'x')).toBe('mismatch');
  });

  it('bounds guessing: a few at a time, a short queue, the rest told to come back', async () => {
    const checker = makeSecretChecker({ atOnce: 2, waiting: 3, remembered: 10 });
    const stored = await hashSecret('right');
    const verdicts = await Promise.all(Array.from({ length: 20 }, (_, i) => checker.check(`guess ${i}`, stored)));
    expect(verdicts.filter((verdict) => verdict === 'mismatch')).toHaveLength(5);
    expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(15);
    expect(await checker.check('right', stored)).toBe('match');
  });

  it('salts: the same secret has another hash each time, and the secret is in none', async () => {
    const hashes = await Promise.all([hashSecret('a-secret'), hashSecret('a-secret')]);
    expect(hashes[0]).not.toBe(hashes[1]);
    for (const hash of hashes) expect(hash).not.toContain('a-secret');
  });
});
