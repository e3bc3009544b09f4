import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Driver, Target } from './target.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** facts/hydra.md "Tokens". */
export function tokensConform(target: Target, issuer: Driver): void {
  describe('the token endpoint', () => {
    it('answers 200 with a bearer token, its scope and the seconds left', async () => {
      const answer = await issuer.token(await issuer.client(), { scope: 'diode:ingest diode:read' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const body = answer.json<{ expires_in: number }>();
      expect(body).toEqual({
        access_token: expect.any(String),
        expires_in: expect.any(Number),
        scope: 'diode:ingest diode:read',
        token_type: 'bearer',
      });
      expect(body.expires_in).toBeGreaterThan(60);
    });

    it('makes a JWT that its published keys verify, with the claims services read', async () => {
      const client = await issuer.client();
      const token = await issuer.accessToken(client, { scope: 'diode:ingest', audience: 'diode' });
      const discovery = (await issuer.public('/.well-known/openid-configuration')).json<{ issuer: string }>();
      const keys = createRemoteJWKSet(new URL(`${target.publicUrl}/.well-known/jwks.json`));
      const { payload } = await jwtVerify(token, keys, { issuer: discovery.issuer, audience: 'diode' });
      expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'JWT', kid: expect.any(String) });
      expect(payload).toEqual({
        aud: ['diode'],
        client_id: client.id,
        exp: expect.any(Number),
        ext: {},
        iat: expect.any(Number),
        iss: discovery.issuer,
        jti: expect.stringMatching(UUID),
        nbf: payload.iat,
        scp: ['diode:ingest'],
        sub: client.id,
      });
    });

    it('grants neither scope nor audience that was not asked for', async () => {
      const token = await issuer.accessToken(await issuer.client());
      const [, claims = ''] = token.split('.');
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ aud: [], scp: [] });
    });

    it('takes credentials from the body of a client registered for that', async () => {
      const client = await issuer.client({ token_endpoint_auth_method: 'client_secret_post' });
      const fields = { grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret };
      expect((await issuer.public('/oauth2/token', issuer.form(fields))).status).toBe(200);
    });

    it('refuses the other method with 401, naming both', async () => {
      const byBasic = await issuer.client();
      const fields = { grant_type: 'client_credentials', client_id: byBasic.id, client_secret: byBasic.secret };
      const posted = await issuer.public('/oauth2/token', issuer.form(fields));
      const asBasic = await issuer.token(await issuer.client({ token_endpoint_auth_method: 'client_secret_post' }));
      for (const answer of [posted, asBasic]) {
        expect(answer.status).toBe(401);
        expect(answer.json()).toMatchObject({ error: 'invalid_client' });
        expect(answer.text).toMatch(/client_secret_basic.*client_secret_post|client_secret_post.*client_secret_basic/);
      }
    });

    it('decodes id and secret of Basic from form encoding', async () => {
      const secret = 'a+b%c:d/&= é';
      const client = await issuer.client({ client_secret: secret });
      expect((await issuer.token({ ...client, secret })).status).toBe(400);
      const encoded = new URLSearchParams({ s: secret }).toString().slice(2);
      expect((await issuer.token({ ...client, secret: encoded })).status).toBe(200);
    });

    it('gives an unknown client and a wrong secret the same 401', async () => {
      const client = await issuer.client();
      const wrong = await issuer.token({ ...client, secret: 'not-the-secret' });
      const unknown = await issuer.token({ ...client, id: 'nobody-of-that-name' });
      expect(wrong.status).toBe(401);
      expect(wrong.headers.get('www-authenticate')).toBeNull();
      expect([unknown.status, unknown.text]).toEqual([wrong.status, wrong.text]);
      expect(wrong.json()).toEqual({
        error: 'invalid_client',
        error_description:
          'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).',
      });
    });

    it.each([
      ['a scope not allowed', { scope: 'admin' }, 'invalid_scope', "not allowed to request scope 'admin'."],
      ['an audience not allowed', { audience: 'other' }, 'invalid_request', "'other' has not been whitelisted"],
      ['another grant', { grant_type: 'password' }, 'invalid_request', 'otherwise malformed'],
    ])('refuses %s with 400', async (_what, fields, error, words) => {
      const answer = await issuer.token(await issuer.client(), fields);
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ error, error_description: expect.stringContaining(words) });
    });

    it('refuses a client that has not the grant', async () => {
      const answer = await issuer.token(await issuer.client({ grant_types: ['authorization_code'] }));
      expect([answer.status, answer.json().error]).toEqual([400, 'unauthorized_client']);
    });

    it('refuses no credentials, an empty body, JSON with 400, and GET with 405', async () => {
      const none = await issuer.public('/oauth2/token', issuer.form({ grant_type: 'client_credentials' }));
      const empty = await issuer.public('/oauth2/token', { method: 'POST' });
      const json = await issuer.public('/oauth2/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"grant_type":"client_credentials"}',
      });
      for (const answer of [none, empty, json]) {
        expect([answer.status, answer.json().error]).toEqual([400, 'invalid_request']);
      }
      expect((await issuer.public('/oauth2/token')).status).toBe(405);
    });
  });
}
