import { createHmac } from 'node:crypto';
import { makeVerifier, type Verification, type VerifierOptions } from '@diode/access';
import { exportJWK, exportSPKI, importJWK, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type StubIssuer, startStubIssuer } from './stub-issuer.js';

let issuer: StubIssuer;
beforeAll(async () => {
  issuer = await startStubIssuer();
  for (const [kid, alg] of [
    ['es', 'ES256'],
    ['rs', 'RS256'],
    ['ps', 'PS256'],
    ['ed', 'EdDSA'],
  ] as const)
    await issuer.addKey(kid, alg);
});
afterEach(() => {
  issuer.state.away = false;
});
afterAll(() => issuer.close());

const verifier = (over: Partial<VerifierOptions> = {}) =>
  makeVerifier({ issuer: issuer.url, jwksUrl: issuer.jwksUrl, audience: 'diode', ...over });
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const reasonOf = (result: Verification): string =>
  result.kind === 'refused' ? `${result.code}: ${result.reason}` : 'ok';

describe('a good token', () => {
  it.each(['es', 'rs', 'ps', 'ed'])('is accepted when signed by %s', async (kid) => {
    const token = await issuer.sign(kid, { scp: ['write', 'read'] });
    const result = await verifier().verify(`Bearer ${token}`);
    expect(result).toEqual({
      kind: 'ok',
      identity: {
        clientId: 'lab',
        subject: 'lab',
        scopes: new Set(['write', 'read']),
        expiresAt: expect.any(Date),
        tokenHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(JSON.stringify(result)).not.toContain(token);
  });

  it('may spell its scopes as a list or as text, under scp or scope', async () => {
    const spellings = [
      { scp: ['a', 'b'] },
      { scp: 'a b' },
      { scp: undefined, scope: 'a b' },
      { scp: ['a'], scope: ' b ' },
    ];
    for (const spelling of spellings) {
      const result = await verifier().verify(`Bearer ${await issuer.sign('es', spelling)}`);
      expect(result).toMatchObject({ kind: 'ok', identity: { scopes: new Set(['a', 'b']) } });
    }
  });

  it('is bound by an audience only when it carries one', async () => {
    for (const aud of [undefined, [], '', 'diode', ['netbox', 'diode']]) {
      expect((await verifier().verify(`Bearer ${await issuer.sign('es', { aud } as JWTPayload)}`)).kind).toBe('ok');
    }
    for (const aud of ['netbox', ['netbox'], ['DIODE'], 'diode ']) {
      expect(reasonOf(await verifier().verify(`Bearer ${await issuer.sign('es', { aud })}`))).toContain(
        'another audience',
      );
    }
  });

  it('may differ from the configured issuer by one trailing slash, and by nothing else', async () => {
    const verify = async (configured: string, iss: string): Promise<string> =>
      reasonOf(await verifier({ issuer: configured }).verify(`Bearer ${await issuer.sign('es', { iss })}`));
    expect(await verify(issuer.url, `${issuer.url}/`)).toBe('ok');
    expect(await verify(`${issuer.url}/`, issuer.url)).toBe('ok');
    for (const iss of [
      `${issuer.url}//`,
      `${issuer.url}/x`,
      issuer.url.toUpperCase(),
      '',
      'https://elsewhere.example',
    ]) {
      expect(await verify(issuer.url, iss)).toContain('another issuer');
    }
  });
});

describe('time', () => {
  it('ends a token at its expiry, give or take the tolerance', async () => {
    const token = `Bearer ${await issuer.sign('es')}`;
    const expMs = Number(issuer.claims().exp) * 1000;
    let nowMs = Date.now();
    const checked = verifier({ clockToleranceS: 5, now: () => nowMs, keysMaxStaleMs: 1e9, keysRefreshAfterMs: 1e9 });
    expect((await checked.verify(token)).kind).toBe('ok');
    nowMs = expMs + 3_000;
    expect((await checked.verify(token)).kind).toBe('ok');
    nowMs = expMs + 6_000;
    expect(reasonOf(await checked.verify(token))).toContain('expired');
  });

  it('refuses a token from the future, without expiry, or with times that are none', async () => {
    const future = Math.floor(Date.now() / 1000) + 3_600;
    const wrong: JWTPayload[] = [
      { nbf: future },
      { exp: undefined as never },
      { exp: '9' as never },
      { nbf: 'x' as never },
      { exp: null as never },
    ];
    for (const claims of wrong) {
      expect((await verifier().verify(`Bearer ${await issuer.sign('es', claims)}`)).kind).toBe('refused');
    }
  });
});

describe('a forged token', () => {
  it('without a signature is refused, whatever the case of "none"', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      const token = `${base64url({ alg, typ: 'JWT' })}.${base64url(issuer.claims())}.`;
      expect(reasonOf(await verifier().verify(`Bearer ${token}`))).toMatch(/^unauthenticated/);
    }
  });

  it('that is an HMAC under a public key is refused', async () => {
    const jwk = issuer.keys.find((key) => key.kid === 'rs')!;
    const pem = await exportSPKI((await importJWK(jwk, 'RS256', { extractable: true })) as import('jose').CryptoKey);
    for (const key of [pem, JSON.stringify(jwk), jwk.n!]) {
      const input = `${base64url({ alg: 'HS256', kid: 'rs', typ: 'JWT' })}.${base64url(issuer.claims())}`;
      const token = `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
      expect(reasonOf(await verifier().verify(`Bearer ${token}`))).toContain('not allowed');
    }
  });

  it('signed by a key of its own is refused, under any key id and with the key in its header', async () => {
    const own = await issuer.addKey('own', 'ES256', false);
    for (const header of [
      {},
      { kid: 'es' },
      { kid: '../es' },
      { kid: undefined, jwk: own },
      { kid: 'es', jku: issuer.jwksUrl },
    ]) {
      expect(reasonOf(await verifier().verify(`Bearer ${await issuer.sign('own', {}, header)}`))).toMatch(
        /^unauthenticated/,
      );
    }
  });

  it('by an algorithm that is not listed is refused although the key is good', async () => {
    const token = await issuer.sign('rs');
    expect(reasonOf(await verifier({ algorithms: ['ES256'] }).verify(`Bearer ${token}`))).toContain('not allowed');
  });

  it('that is an ID token of the same issuer is refused', async () => {
    expect(reasonOf(await verifier().verify(`Bearer ${await issuer.sign('es', { client_id: undefined })}`))).toContain(
      'no client',
    );
  });

  it('with a critical header it does not know is refused', async () => {
    const token = await issuer.sign('es', {}, { crit: ['x'], x: 1 }).catch(() => undefined);
    const parts = (await issuer.sign('es')).split('.');
    const crit = `${base64url({ alg: 'ES256', kid: 'es', crit: ['x'], x: 1 })}.${parts[1]}.${parts[2]}`;
    for (const forged of [token ?? crit, crit])
      expect((await verifier().verify(`Bearer ${forged}`)).kind).toBe('refused');
  });
});

describe('keys', () => {
  it('are fetched once for all who wait, and rotation needs no restart', async () => {
    const own = await startStubIssuer();
    try {
      await own.addKey('one');
      let nowMs = Date.now();
      const rotating = makeVerifier({ issuer: own.url, jwksUrl: own.jwksUrl, audience: 'diode', now: () => nowMs });
      const [a, b] = [await own.sign('one', { jti: 'a' }), await own.sign('one', { jti: 'b' })];
      const results = await Promise.all([a, b, a].map((token) => rotating.verify(`Bearer ${token}`)));
      expect(results.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok']);
      expect(own.state.fetches).toBe(1);

      await own.addKey('two');
      const fresh = `Bearer ${await own.sign('two')}`;
      // Within the cooldown nothing is fetched: a flood of unknown key ids cannot be passed on to the issuer.
      expect(reasonOf(await rotating.verify(fresh))).toContain('a key the issuer does not have');
      expect(own.state.fetches).toBe(1);
      nowMs += 2_000;
      expect((await rotating.verify(fresh)).kind).toBe('ok');
      expect((await rotating.verify(`Bearer ${a}`)).kind).toBe('ok');

      // A withdrawn key ends its tokens, cached ones too.
      own.keys.shift();
      nowMs += 5 * 60_000;
      expect(reasonOf(await rotating.verify(`Bearer ${a}`))).toContain('a key the issuer does not have');
      expect((await rotating.verify(fresh)).kind).toBe('ok');
    } finally {
      await own.close();
    }
  });

  it('go on serving while the issuer is briefly away, and no longer than agreed', async () => {
    let nowMs = Date.now();
    const checked = verifier({ now: () => nowMs, keysMaxStaleMs: 8 * 60_000 });
    const token = `Bearer ${await issuer.sign('es', { exp: Math.floor(nowMs / 1000) + 3_600 })}`;
    expect((await checked.verify(token)).kind).toBe('ok');
    issuer.state.away = true;
    nowMs += 6 * 60_000;
    expect((await checked.verify(token)).kind).toBe('ok');
    nowMs += 3 * 60_000;
    expect(await checked.verify(token)).toMatchObject({
      code: 'token_service_unavailable',
      retryAfterMs: expect.any(Number),
    });
    issuer.state.away = false;
    nowMs += 2_000;
    expect((await checked.verify(token)).kind).toBe('ok');
  });

  it('that never could be fetched mean 503, not 401: the token may be good', async () => {
    issuer.state.away = true;
    const result = await verifier().verify(`Bearer ${await issuer.sign('es')}`);
    expect(result).toMatchObject({ kind: 'refused', code: 'token_service_unavailable' });
    const nobody = makeVerifier({ issuer: issuer.url, jwksUrl: 'http://127.0.0.1:1/', audience: 'diode' });
    expect(await nobody.verify(`Bearer ${await issuer.sign('es')}`)).toMatchObject({
      code: 'token_service_unavailable',
    });
  });

  it('that are weak, broken or secret in the set do not disturb the others', async () => {
    const own = await startStubIssuer();
    try {
      own.keys.push(
        { kty: 'oct', k: 'c2VjcmV0', kid: 'mac', alg: 'HS256' },
        { kty: 'RSA', n: 'AQ', e: 'AQAB', kid: 'weak', alg: 'RS256' },
      );
      await own.addKey('good');
      const checked = makeVerifier({ issuer: own.url, jwksUrl: own.jwksUrl, audience: 'diode' });
      expect((await checked.verify(`Bearer ${await own.sign('good')}`)).kind).toBe('ok');
      for (const header of [
        { alg: 'HS256', kid: 'mac' },
        { alg: 'RS256', kid: 'weak' },
      ]) {
        const token = `${base64url(header)}.${base64url(own.claims())}.AAAA`;
        expect(reasonOf(await checked.verify(`Bearer ${token}`))).toMatch(/^unauthenticated/);
      }
    } finally {
      await own.close();
    }
  });
});

describe('exported keys', () => {
  it('of the stub are public only (or these tests prove nothing)', async () => {
    for (const key of issuer.keys)
      expect(await exportJWK(await importJWK(key, key.alg as string, { extractable: true }))).not.toHaveProperty('d');
  });
});
