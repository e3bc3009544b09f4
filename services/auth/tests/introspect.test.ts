import { makeAuthGrantLookup, makeGrantSource } from '@diode/access';
import { startTestIssuer, type TestIssuer } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthService, bearer, startAuthService, startServer } from './harness.js';

let issuer: TestIssuer;
let auth: AuthService;
let nowMs = Date.now();
beforeAll(async () => {
  issuer = await startTestIssuer();
  const grants = makeGrantSource({ configured: new Map([['writer', ['lldp']]]) });
  auth = await startAuthService(issuer, { now: () => nowMs, grants });
});
afterAll(async () => {
  await auth.close();
  await issuer.close();
});

const introspect = (token: string) => auth.call('/diode/auth/introspect', bearer(token, { method: 'POST' }));

describe('POST …/introspect', () => {
  it('tells what the token in the header grants', async () => {
    const answer = await introspect(await issuer.token('writer', { scope: 'diode:ingest diode:read' }));
    expect([answer.status, answer.json()]).toEqual([
      200,
      {
        active: true,
        sub: 'writer',
        scope: 'diode:ingest diode:read',
        exp: expect.any(Number),
        iat: expect.any(Number),
        iss: issuer.issuerUrl,
        client_id: 'writer',
        username: 'writer',
        aud: [],
      },
    ]);
  });

  it('answers 401 to no token, garbage and a forged one, each with its challenge', async () => {
    const good = await issuer.token('writer');
    const without = await auth.call('/diode/auth/introspect', { method: 'POST' });
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="diode"']);
    for (const token of ['garbage', `${good.slice(0, -6)}AAAAAA`, `${good.split('.').slice(0, 2).join('.')}.`]) {
      const answer = await introspect(token);
      expect([answer.status, answer.json().error]).toEqual([401, 'invalid_token']);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  it('stops a revoked token within fifteen seconds', async () => {
    const token = await issuer.token('reader');
    expect((await introspect(token)).status).toBe(200);
    await fetch(`${issuer.adminUrl}/admin/oauth2/tokens?client_id=reader`, { method: 'DELETE' });
    nowMs += 15_000;
    expect((await introspect(token)).status).toBe(401);
  });

  it('says 503, not 401, while an issuer that calls it inactive is not ready', async () => {
    const unready = await startServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/health/ready') response.writeHead(503).end('{}');
      else if (request.url?.startsWith('/.well-known'))
        void fetch(`${issuer.publicUrl}${request.url}`).then(async (keys) => response.end(await keys.text()));
      else response.end('{"active":false}');
    });
    const urls = { publicUrl: unready.url, adminUrl: unready.url, issuerUrl: issuer.issuerUrl };
    const doubting = await startAuthService(urls);
    try {
      const token = await issuer.token('operator');
      const answer = await doubting.call('/auth/introspect', bearer(token, { method: 'POST' }));
      expect([answer.status, answer.json().error]).toEqual([503, 'temporarily_unavailable']);
      expect(answer.headers.get('retry-after')).not.toBeNull();
    } finally {
      await doubting.close();
      await unready.close();
    }
  });
});

describe('GET /health', () => {
  it('is open, with details for those who may read', async () => {
    for (const path of ['/health', '/health/auth']) {
      const open = await auth.call(path);
      expect([open.status, open.json()]).toEqual([200, { status: 'ok' }]);
      const detailed = await auth.call(path, bearer(await issuer.token('operator', { scope: 'read' })));
      expect(detailed.json()).toMatchObject({ status: 'ok', checks: { issuer: { status: 'ok' } } });
    }
  });
});

describe('GET /internal/grants/{id}', () => {
  it('tells other services what a client may assert as', async () => {
    const grants = makeGrantSource({ lookup: makeAuthGrantLookup({ authUrl: auth.url }) });
    expect(await grants.sourcesOf('writer')).toEqual(['lldp']);
    expect(await grants.sourcesOf('reader')).toBeUndefined();
  });
});
