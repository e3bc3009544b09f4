import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Driver } from './target.js';

const path = (id: string): string => `/admin/clients/${encodeURIComponent(id)}`;

/** facts/hydra.md "Clients". */
export function clientsConform(issuer: Driver): void {
  describe('the clients of the admin API', () => {
    it('are created with 201, the secret shown this once', async () => {
      const id = `made-${randomUUID()} with a space`;
      const fields = {
        client_id: id,
        client_name: 'Made',
        grant_types: ['client_credentials'],
        scope: 'diode:ingest',
        audience: ['diode'],
        metadata: { sources: ['lldp'] },
      };
      const made = await issuer.admin('POST', '/admin/clients', { ...fields, client_secret: 'my-own-secret-123' });
      expect(made.status).toBe(201);
      expect(made.json()).toMatchObject({
        ...fields,
        client_secret: 'my-own-secret-123',
        token_endpoint_auth_method: 'client_secret_basic',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        client_credentials_grant_access_token_lifespan: null,
      });
      const read = await issuer.admin('GET', path(id));
      expect([read.status, read.json()]).toEqual([200, expect.objectContaining(fields)]);
      expect(read.json()).not.toHaveProperty('client_secret');
      expect(read.text).not.toMatch(/my-own-secret|scrypt|pbkdf2/);
    });

    it('get an id, a secret and a scope when they bring none', async () => {
      const made = (await issuer.admin('POST', '/admin/clients', {})).json();
      expect(made).toMatchObject({
        client_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        client_secret: expect.stringMatching(/^[A-Za-z0-9._~-]{26}$/),
        scope: 'offline_access offline openid',
      });
    });

    it('are refused: the same id 409, a short secret 400, broken JSON 400, unknown 404', async () => {
      const { id } = await issuer.client();
      const again = await issuer.admin('POST', '/admin/clients', { client_id: id });
      expect([again.status, again.json()]).toEqual([
        409,
        {
          error: 'Unable to insert or update resource because a resource with that value exists already',
          error_description: '',
        },
      ]);
      const short = await issuer.admin('POST', '/admin/clients', { client_secret: '12345' });
      expect([short.status, short.json().error]).toEqual([400, 'invalid_client_metadata']);
      expect((await issuer.admin('POST', '/admin/clients', '{"client_id":')).status).toBe(400);
      for (const method of ['GET', 'DELETE']) {
        const unknown = await issuer.admin(method, path(randomUUID()));
        expect([unknown.status, unknown.json()]).toEqual([
          404,
          { error: 'Unable to locate the resource', error_description: '' },
        ]);
      }
    });

    it('are listed in pages with Link and X-Total-Count, by name and by owner', async () => {
      const name = `listed-${randomUUID()}`;
      const made = await Promise.all([1, 2, 3].map(() => issuer.client({ client_name: name, owner: name })));
      const seen = new Set<string>();
      let next: string | undefined = '/admin/clients?page_size=2';
      while (next !== undefined) {
        const page = await issuer.admin('GET', next);
        expect(Number(page.headers.get('x-total-count'))).toBeGreaterThanOrEqual(3);
        const clients = page.json<{ client_id: string }[]>();
        expect(clients.length).toBeLessThanOrEqual(2);
        for (const client of clients) seen.add(client.client_id);
        next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      }
      for (const { id } of made) expect(seen).toContain(id);
      const named = await issuer.admin('GET', `/admin/clients?client_name=${name}`);
      expect(named.json<unknown[]>()).toHaveLength(3);
      const owned = await issuer.admin('GET', `/admin/clients?owner=${name}&page_size=2`);
      expect(owned.json<unknown[]>()).toHaveLength(2);
    });

    it('are changed by JSON Patch, all else kept', async () => {
      const { id, secret } = await issuer.client({ metadata: { sources: ['a'] } });
      const patch = [
        { op: 'replace', path: '/scope', value: 'diode:read' },
        { op: 'add', path: '/metadata/sources/-', value: 'b' },
      ];
      const changed = await issuer.admin('PATCH', path(id), patch);
      expect([changed.status, changed.json()]).toEqual([
        200,
        expect.objectContaining({ scope: 'diode:read', audience: ['diode'], metadata: { sources: ['a', 'b'] } }),
      ]);
      expect((await issuer.token({ id, secret }, { scope: 'diode:read' })).status).toBe(200);
      expect((await issuer.token({ id, secret }, { scope: 'diode:ingest' })).status).toBe(400);
      const renamed = await issuer.admin('PATCH', path(id), [{ op: 'replace', path: '/client_id', value: 'other' }]);
      expect(renamed.status).toBe(404);
    });

    it('rotate a secret: the old one fails at once, tokens already issued stay', async () => {
      const client = await issuer.client();
      const token = await issuer.accessToken(client);
      const rotated = await issuer.admin('PATCH', path(client.id), [
        { op: 'replace', path: '/client_secret', value: 'the-new-secret' },
      ]);
      expect(rotated.json().client_secret).toBe('the-new-secret');
      expect((await issuer.token(client)).status).toBe(401);
      expect((await issuer.token({ ...client, secret: 'the-new-secret' })).status).toBe(200);
      expect((await issuer.introspect(token)).active).toBe(true);
    });

    it('are replaced whole by PUT, the secret kept when left out', async () => {
      const client = await issuer.client({ metadata: { sources: ['a'] } });
      const fields = { client_id: client.id, grant_types: ['client_credentials'], scope: 'diode:read' };
      const put = await issuer.admin('PUT', path(client.id), fields);
      expect([put.status, put.json()]).toEqual([
        200,
        expect.objectContaining({ ...fields, audience: [], metadata: {} }),
      ]);
      expect((await issuer.token(client)).status).toBe(200);
    });

    it('have lives of tokens of their own', async () => {
      const client = await issuer.client();
      const set = await issuer.admin('PUT', `${path(client.id)}/lifespans`, {
        client_credentials_grant_access_token_lifespan: '2h',
      });
      expect(set.json().client_credentials_grant_access_token_lifespan).toBe('2h0m0s');
      expect((await issuer.token(client)).json<{ expires_in: number }>().expires_in).toBeGreaterThan(7190);
      const reset = await issuer.admin('PUT', `${path(client.id)}/lifespans`, {});
      expect(reset.json().client_credentials_grant_access_token_lifespan).toBeNull();
    });

    it('are deleted with 204, their tokens inactive at once, and again with 404', async () => {
      const client = await issuer.client();
      const token = await issuer.accessToken(client);
      expect((await issuer.admin('DELETE', path(client.id))).status).toBe(204);
      expect(await issuer.introspect(token)).toEqual({ active: false });
      expect((await issuer.token(client)).status).toBe(401);
      expect((await issuer.admin('DELETE', path(client.id))).status).toBe(404);
    });

    it('do not bring old tokens back when the id is taken anew', async () => {
      const client = await issuer.client();
      const token = await issuer.accessToken(client);
      await issuer.admin('DELETE', path(client.id));
      await issuer.client({ client_id: client.id });
      expect(await issuer.introspect(token)).toEqual({ active: false });
      expect((await issuer.introspect(await issuer.accessToken(client))).active).toBe(true);
    });
  });
}
