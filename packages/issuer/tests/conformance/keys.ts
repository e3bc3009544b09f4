import { randomUUID } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Driver, Target } from './target.js';

const SET = '/admin/keys/hydra.jwt.access-token';

/** facts/hydra.md "Traps first" and "Tokens". Runs last: it rotates the key everybody signs with. */
export function keysConform(target: Target, issuer: Driver): void {
  describe('keys and health', () => {
    it('lists public keys only', async () => {
      const answer = await issuer.public('/.well-known/jwks.json');
      const { keys } = answer.json<{ keys: Record<string, unknown>[] }>();
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) {
        expect(key).toMatchObject({ use: 'sig', kid: expect.any(String), alg: expect.any(String) });
        for (const secretPart of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secretPart);
      }
    });

    it('signs with a new key at once; the old one stays listed and its tokens verify, yet introspect as inactive', async () => {
      const client = await issuer.client();
      const before = await issuer.accessToken(client);
      const { alg } = decodeProtectedHeader(before);
      const kid = `rot-${randomUUID()}`;
      const added = await issuer.admin('POST', SET, { alg, use: 'sig', kid });
      expect(added.status).toBe(201);
      expect(added.json()).toMatchObject({ keys: [{ kid, alg, use: 'sig' }] });
      const after = await issuer.accessToken(client);
      expect(decodeProtectedHeader(after).kid).toBe(kid);
      const keys = createRemoteJWKSet(new URL(`${target.publicUrl}/.well-known/jwks.json`));
      await jwtVerify(before, keys);
      await jwtVerify(after, keys);
      expect(await issuer.introspect(before)).toEqual({ active: false });
      expect((await issuer.admin('DELETE', `${SET}/${kid}`)).status).toBe(204);
      expect((await issuer.introspect(before)).active).toBe(true);
      expect(decodeProtectedHeader(await issuer.accessToken(client)).kid).not.toBe(kid);
    });

    it('refuses a key id twice, an unknown algorithm and an unknown set', async () => {
      const set = `it-${randomUUID()}`;
      const key = { alg: 'ES256', use: 'sig', kid: 'one' };
      expect((await issuer.admin('GET', `/admin/keys/${set}`)).status).toBe(404);
      expect((await issuer.admin('POST', `/admin/keys/${set}`, key)).status).toBe(201);
      expect((await issuer.admin('POST', `/admin/keys/${set}`, key)).status).toBe(409);
      expect((await issuer.admin('POST', `/admin/keys/${set}`, { ...key, alg: 'HS999', kid: 'two' })).status).toBe(400);
      expect((await issuer.admin('GET', `/admin/keys/${set}`)).json<{ keys: unknown[] }>().keys).toHaveLength(1);
      expect((await issuer.admin('DELETE', `/admin/keys/${set}/one`)).status).toBe(204);
    });

    it('is alive and ready on both listeners; its version is on the admin one only', async () => {
      for (const path of ['/health/alive', '/health/ready']) {
        for (const answer of [await issuer.public(path), await issuer.admin('GET', path)]) {
          expect([answer.status, answer.json()]).toEqual([200, { status: 'ok' }]);
        }
      }
      expect((await issuer.admin('GET', '/version')).json()).toEqual({ version: expect.any(String) });
      expect((await issuer.public('/version')).status).toBe(404);
    });
  });
}
