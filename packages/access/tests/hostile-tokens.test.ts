import { makeVerifier } from '@diode/access';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StubIssuer, startStubIssuer } from './stub-issuer.js';

let issuer: StubIssuer;
let good: string;
beforeAll(async () => {
  issuer = await startStubIssuer();
  await issuer.addKey('es');
  good = await issuer.sign('es');
});
afterAll(() => issuer.close());

const verifier = () =>
  makeVerifier({ issuer: issuer.url, jwksUrl: issuer.jwksUrl, audience: 'diode', clockToleranceS: 0 });
const part = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.base64String({ maxLength: 60 }),
  fc.json().map((text) => Buffer.from(text).toString('base64url')),
  fc.constantFrom(
    ...['{}', '[]', 'null', '"x"', '{"alg":{}}', '{"alg":"ES256","kid":{"$ne":1}}'].map((text) =>
      Buffer.from(text).toString('base64url'),
    ),
  ),
);

/** Whatever arrives: refused as unauthenticated (never a 5xx, never let in), and the words hold nothing of it. */
describe('no Authorization header', () => {
  it('that is made up gets in or breaks anything', async () => {
    const checked = verifier();
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 6 }).map((parts) => `Bearer ${parts.join('.')}`),
      fc.array(fc.string(), { minLength: 2, maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        expect(await checked.verify(value)).toMatchObject({ kind: 'refused', code: 'unauthenticated' });
      }),
      { numRuns: 400 },
    );
  });

  it('with a good token cut, changed or extended gets in', async () => {
    const checked = verifier();
    expect((await checked.verify(`Bearer ${good}`)).kind).toBe('ok');
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom('cut', 'flip', 'insert'), async (at, how) => {
        const flipped = good[at] === 'A' ? 'B' : 'A';
        const token = {
          cut: good.slice(0, at),
          flip: good.slice(0, at) + flipped + good.slice(at + 1),
          insert: `${good.slice(0, at)}x${good.slice(at)}`,
        }[how];
        const same = sameBits(token, good);
        const result = await checked.verify(`Bearer ${token}`);
        expect(result.kind).toBe(same ? 'ok' : 'refused');
        if (result.kind === 'refused' && token.length > 12) expect(result.reason).not.toContain(token);
      }),
      { numRuns: 400 },
    );
  });

  it('that is huge costs more than a look at its length', async () => {
    const checked = verifier();
    const started = performance.now();
    for (let size = 9_000; size < 5_000_000; size *= 4) {
      const result = await checked.verify(`Bearer ${good.split('.')[0]}.${'A'.repeat(size)}.AAAA`);
      expect(result).toMatchObject({ code: 'unauthenticated', reason: 'The access token is too long.' });
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('with any claims at all, well signed, breaks anything', async () => {
    const checked = verifier();
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(1e308, -1, '', 'diode', Number.MAX_SAFE_INTEGER),
    );
    const claims = fc.record(
      { aud: value, client_id: value, sub: value, scp: value, scope: value, nbf: value, exp: value },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(claims, async (over) => {
        const token = await issuer.sign('es', over as never).catch(() => undefined);
        if (token === undefined) return;
        const result = await checked.verify(`Bearer ${token}`);
        if (result.kind === 'refused') expect(result.code).toBe('unauthenticated');
        else expect(Number.isNaN(result.identity.expiresAt.getTime())).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

/** The last character of a base64url part may hold bits that mean nothing: another spelling of the same token. */
function sameBits(a: string, b: string): boolean {
  const bytes = (token: string): string =>
    token
      .split('.')
      .map((text) => Buffer.from(text, 'base64url').toString('hex'))
      .join('.');
  const signed = (token: string): string => token.split('.').slice(0, 2).join('.');
  return signed(a) === signed(b) && bytes(a) === bytes(b);
}
