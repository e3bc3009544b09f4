import { describe, expect, it } from 'vitest';
import type { Driver } from './target.js';

/** facts/hydra.md "Introspection". */
export function introspectionConforms(issuer: Driver): void {
  describe('introspection and revocation', () => {
    it('shows what a token grants', async () => {
      const client = await issuer.client();
      const token = await issuer.accessToken(client, { scope: 'diode:ingest diode:read', audience: 'diode' });
      const discovery = (await issuer.public('/.well-known/openid-configuration')).json<{ issuer: string }>();
      expect(await issuer.introspect(token)).toEqual({
        active: true,
        scope: 'diode:ingest diode:read',
        client_id: client.id,
        sub: client.id,
        exp: expect.any(Number),
        iat: expect.any(Number),
        nbf: expect.any(Number),
        aud: ['diode'],
        iss: discovery.issuer,
        token_type: 'Bearer',
        token_use: 'access_token',
      });
    });

    it('says no more than inactive of garbage, a foreign scope, a cut token', async () => {
      const token = await issuer.accessToken(await issuer.client(), { scope: 'diode:read' });
      expect((await issuer.introspect(token, { scope: 'diode:read' })).active).toBe(true);
      expect(await issuer.introspect(token, { scope: 'diode:ingest' })).toEqual({ active: false });
      expect(await issuer.introspect('garbage')).toEqual({ active: false });
      expect(await issuer.introspect(token.slice(0, -20))).toEqual({ active: false });
    });

    it('wants a body, and is not on the public listener', async () => {
      expect((await issuer.admin('POST', '/admin/oauth2/introspect')).status).toBeOneOf([400, 415]);
      expect((await issuer.public('/admin/oauth2/introspect', issuer.form({ token: 'x' }))).status).toBe(404);
      expect((await issuer.public('/admin/clients')).status).toBe(404);
    });

    it('ends a token its client revokes, and answers 200 twice and to garbage', async () => {
      const client = await issuer.client();
      const [ended, other] = [await issuer.accessToken(client), await issuer.accessToken(client)];
      for (const token of [ended, ended, 'garbage']) {
        const answer = await issuer.public('/oauth2/revoke', issuer.form({ token }, issuer.basic(client)));
        expect([answer.status, answer.text]).toEqual([200, '']);
      }
      expect((await issuer.introspect(ended)).active).toBe(false);
      expect((await issuer.introspect(other)).active).toBe(true);
    });

    it('lets no client revoke the token of another', async () => {
      const token = await issuer.accessToken(await issuer.client());
      await issuer.public('/oauth2/revoke', issuer.form({ token }, issuer.basic(await issuer.client())));
      expect((await issuer.introspect(token)).active).toBe(true);
    });

    it('refuses to revoke without credentials (400) or with wrong ones (401)', async () => {
      expect((await issuer.public('/oauth2/revoke', issuer.form({ token: 'x' }))).status).toBe(400);
      const wrong = issuer.basic({ ...(await issuer.client()), secret: 'wrong-secret' });
      expect((await issuer.public('/oauth2/revoke', issuer.form({ token: 'x' }, wrong))).status).toBe(401);
    });

    it('ends all tokens of a client, and no later one', async () => {
      const client = await issuer.client();
      const before = await issuer.accessToken(client);
      const ended = await issuer.admin('DELETE', `/admin/oauth2/tokens?client_id=${encodeURIComponent(client.id)}`);
      expect(ended.status).toBe(204);
      const after = await issuer.accessToken(client);
      expect((await issuer.introspect(before)).active).toBe(false);
      expect((await issuer.introspect(after)).active).toBe(true);
      expect((await issuer.admin('DELETE', '/admin/oauth2/tokens')).status).toBe(400);
    });

    it('leaves live tokens as they are when the scope is narrowed', async () => {
      const client = await issuer.client();
      const token = await issuer.accessToken(client, { scope: 'diode:ingest' });
      const patch = [{ op: 'replace', path: '/scope', value: 'diode:read' }];
      await issuer.admin('PATCH', `/admin/clients/${client.id}`, patch);
      expect(await issuer.introspect(token)).toMatchObject({ active: true, scope: 'diode:ingest' });
    });
  });
}
