import { startTestIssuer, type TestIssuer } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthService, startAuthService, tokenForm } from './harness.js';

let issuer: TestIssuer;
let auth: AuthService;
beforeAll(async () => {
  const posting = {
    client_id: 'posting',
    client_secret: 'secret of the posting client, é+%',
    grant_types: ['client_credentials'],
    scope: 'diode:ingest',
    token_endpoint_auth_method: 'client_secret_post',
  } as const;
  issuer = await startTestIssuer({ clients: [posting] });
  auth = await startAuthService(issuer);
});
afterAll(async () => {
  await auth.close();
  await issuer.close();
});

const secretOf = (id: string): string => issuer.clients.find((client) => client.client_id === id)!.client_secret;
const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`,
});

describe('POST …/token', () => {
  it('answers below any prefix, as SDKs with a path in their target ask', async () => {
    for (const prefix of ['/diode', '', '/any/prefix', '//diode/']) {
      const asked = await auth.call(`${prefix}/auth/token`, tokenForm('posting', secretOf('posting')));
      expect([prefix, asked.status]).toEqual([prefix, 200]);
      const authorization = `Bearer ${String(asked.json().access_token)}`;
      const init = { method: 'POST', headers: { authorization } };
      expect((await auth.call(`${prefix}/auth/introspect`, init)).json()).toMatchObject({ client_id: 'posting' });
    }
  });

  it.each(['writer', 'posting'])(
    'gives %s a token as the SDKs ask for it, whatever method it registered',
    async (id) => {
      for (const path of ['/diode/auth/token', '/auth/token', '/diode//auth/token']) {
        const answer = await auth.call(path, tokenForm(id, secretOf(id), { scope: 'diode:ingest' }));
        expect(answer.status).toBe(200);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.json()).toEqual({
          access_token: expect.any(String),
          expires_in: expect.any(Number),
          scope: 'diode:ingest',
          token_type: 'bearer',
        });
        expect(answer.json().expires_in).toBeGreaterThan(3_500);
      }
    },
  );

  it.each(['writer', 'posting'])('takes the credentials of %s by Basic too', async (id) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const answer = await auth.call('/diode/auth/token', { method: 'POST', body, headers: basic(id, secretOf(id)) });
    expect(answer.status).toBe(200);
  });

  it('says what the issuer says of a wrong secret, an unknown client, a scope or an audience not allowed', async () => {
    const cases: [RequestInit, number, string][] = [
      [tokenForm('writer', 'wrong'), 401, 'invalid_client'],
      [tokenForm('nobody', 'wrong'), 401, 'invalid_client'],
      [tokenForm('reader', secretOf('reader'), { scope: 'admin' }), 400, 'invalid_scope'],
      [tokenForm('reader', secretOf('reader'), { audience: 'other' }), 400, 'invalid_request'],
      [tokenForm('reader', secretOf('reader'), { grant_type: 'password' }), 400, 'invalid_request'],
    ];
    for (const [init, status, error] of cases) {
      const answer = await auth.call('/diode/auth/token', init);
      expect([answer.status, answer.json()]).toEqual([status, { error, error_description: expect.any(String) }]);
      expect(answer.headers.get('retry-after')).toBeNull();
    }
  });

  it('refuses no credentials, two sets of them, no form, and what is too large', async () => {
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    const both = { ...tokenForm('writer', secretOf('writer')), headers: basic('writer', secretOf('writer')) };
    const cases: [RequestInit, number][] = [
      [{ method: 'POST', body: form }, 400],
      [both, 400],
      [{ method: 'POST' }, 400],
      [{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }, 400],
      [{ method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }, 415],
      [{ method: 'POST', body: form, headers: { authorization: `Basic ${btoa('%zz:x')}` } }, 400],
      [tokenForm('writer', 'x'.repeat(70_000)), 413],
    ];
    for (const [init, status] of cases) {
      const answer = await auth.call('/diode/auth/token', init);
      expect([answer.status, answer.json().error]).toEqual([status, 'invalid_request']);
    }
  });

  it('follows a client whose method is changed', async () => {
    const form = tokenForm('writer', secretOf('writer'), { scope: 'write read' });
    expect((await auth.call('/diode/auth/token', form)).status).toBe(200);
    const patch = (value: string): Promise<Response> =>
      fetch(`${issuer.adminUrl}/admin/clients/writer`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ op: 'replace', path: '/token_endpoint_auth_method', value }]),
      });
    await patch('client_secret_post');
    // Another scope, so that the answer is not a remembered one.
    expect(
      (await auth.call('/diode/auth/token', tokenForm('writer', secretOf('writer'), { scope: 'read' }))).status,
    ).toBe(200);
    await patch('client_secret_basic');
    expect(
      (await auth.call('/diode/auth/token', tokenForm('writer', secretOf('writer'), { scope: 'write' }))).status,
    ).toBe(200);
  });

  it('writes neither secret nor token to the log', async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const given = await auth.call('/diode/auth/token', {
      method: 'POST',
      body,
      headers: basic('reader', secretOf('reader')),
    });
    await auth.call('/diode/auth/token', tokenForm('reader', 'wrong-but-still-secret'));
    const log = auth.logs.text();
    expect(log).toContain('/diode/auth/token');
    for (const secret of [...issuer.clients.map((client) => client.client_secret), 'wrong-but-still-secret']) {
      expect(log).not.toContain(secret);
      expect(log).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16));
    }
    expect(log).not.toContain(String(given.json().access_token).split('.')[2]);
    expect(auth.logs.lines().filter((line) => String(line.level) === 'error')).toEqual([]);
  });
});
