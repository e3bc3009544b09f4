import { startTestIssuer, type TestIssuer } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthService, bearer, json, startAuthService, tokenForm } from './harness.js';

let issuer: TestIssuer;
let auth: AuthService;
let operator: string;
let reader: string;
beforeAll(async () => {
  issuer = await startTestIssuer();
  auth = await startAuthService(issuer);
  operator = await issuer.token('operator', { scope: 'diode:write diode:read' });
  reader = await issuer.token('reader', { scope: 'diode:read' });
});
afterAll(async () => {
  await auth.close();
  await issuer.close();
});

const create = (fields: Record<string, unknown> = {}) =>
  auth.call(
    '/diode/auth/clients',
    bearer(operator, json('POST', { client_name: 'agent', scope: 'diode:ingest', ...fields })),
  );

describe('/diode/auth/clients', () => {
  it('creates a client whose secret is shown once and works from any SDK', async () => {
    const made = await create({ client_name: ' edge agent ' });
    expect(made.status).toBe(201);
    expect(made.json()).toEqual({
      client_id: expect.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/),
      client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      client_name: 'edge agent',
      scope: 'diode:ingest',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
    });
    const { client_id, client_secret } = made.json() as { client_id: string; client_secret: string };
    const token = await auth.call('/diode/auth/token', tokenForm(client_id, client_secret, { scope: 'diode:ingest' }));
    expect(token.status).toBe(200);
    const read = await auth.call(`/diode/auth/clients/${client_id}`, bearer(reader));
    const { client_secret: _, ...shown } = made.json();
    expect([read.status, read.json()]).toEqual([200, shown]);
    expect(auth.logs.text()).not.toContain(client_secret);
  });

  it('can bind a client to its sources', async () => {
    const made = await create({ sources: ['lldp'] });
    const stored = await fetch(`${issuer.adminUrl}/admin/clients/${String(made.json().client_id)}`);
    expect(await stored.json()).toMatchObject({
      metadata: { sources: ['lldp'], created_by: 'operator' },
      owner: 'diode/user',
    });
  });

  it.each([
    ['another scope', { scope: 'diode:write' }, 'invalid scope'],
    ['more scopes', { scope: 'diode:ingest diode:read' }, 'invalid scope'],
    ['no scope', { scope: undefined }, 'invalid scope'],
    ['no name', { client_name: undefined }, 'client name is required'],
    ['an empty name', { client_name: '  ' }, 'client name is required'],
    ['a name that is none', { client_name: { a: 1 } }, 'client name is required'],
    ['sources that are none', { sources: 'lldp' }, 'invalid request'],
  ])('refuses %s with 400', async (_what, fields, error) => {
    const refused = await create(fields);
    expect([refused.status, refused.json()]).toEqual([400, { error }]);
  });

  it('wants diode:write or admin to change, diode:read or read to look, and says which', async () => {
    const writer = await issuer.token('writer', { scope: 'write' });
    const cases: [string, RequestInit, string][] = [
      ['/diode/auth/clients', bearer(reader, json('POST', {})), 'admin diode:write'],
      ['/diode/auth/clients/x', bearer(reader, { method: 'DELETE' }), 'admin diode:write'],
      ['/diode/auth/clients', bearer(writer), 'read diode:read'],
      ['/diode/auth/clients/x', bearer(writer), 'read diode:read'],
    ];
    for (const [path, init, scopes] of cases) {
      const refused = await auth.call(path, init);
      expect([refused.status, refused.json().error]).toEqual([403, 'insufficient_scope']);
      expect(refused.headers.get('www-authenticate')).toContain(`scope="${scopes}"`);
      const { headers: _, ...without } = init;
      expect((await auth.call(path, without)).headers.get('www-authenticate')).toBe('Bearer realm="diode"');
    }
  });

  it('lists what was made here, page by page, and nothing else', async () => {
    const made = new Set<unknown>();
    for (let i = 0; i < 5; i += 1) made.add((await create({ client_name: `listed ${i}` })).json().client_id);
    const seen: { client_id: string; client_name: string }[] = [];
    let token = '';
    do {
      const page = await auth.call(`/diode/auth/clients?page_size=2&page_token=${token}`, bearer(reader));
      expect(Object.keys(page.json()).sort()).toEqual(['data', 'first_page_token', 'next_page_token']);
      const data = page.json().data as typeof seen;
      expect(data.length).toBeGreaterThan(0);
      seen.push(...data);
      token = String(page.json().next_page_token);
    } while (token !== '');
    for (const id of made) expect(seen.map((client) => client.client_id)).toContain(id);
    expect(new Set(seen.map((client) => client.client_id)).size).toBe(seen.length);
    expect(seen.map((client) => client.client_id)).not.toContain('operator');
    expect(JSON.stringify(seen)).not.toContain('secret');
  });

  it.each(['0', '-1', '1001', 'ten', '1.5', ''])('refuses the page size "%s" with 400', async (size) => {
    const refused = await auth.call(`/diode/auth/clients?page_size=${size}`, bearer(reader));
    expect([refused.status, refused.json()]).toEqual([400, { error: 'invalid page size' }]);
  });

  it('neither shows nor deletes a bootstrap client, an unknown one, or an id that is none', async () => {
    for (const id of ['writer', 'nobody', '..%2f..%2fhealth', '%00', 'a'.repeat(65)]) {
      for (const method of ['GET', 'DELETE']) {
        expect((await auth.call(`/diode/auth/clients/${id}`, bearer(operator, { method }))).status).toBe(404);
      }
    }
    expect((await fetch(`${issuer.adminUrl}/admin/clients/writer`)).status).toBe(200);
  });

  it('deletes a client: its token stops at once, its secret too, and again is 404', async () => {
    const { client_id, client_secret } = (await create()).json() as { client_id: string; client_secret: string };
    const form = tokenForm(client_id, client_secret);
    const token = String((await auth.call('/diode/auth/token', form)).json().access_token);
    expect((await auth.call('/diode/auth/introspect', bearer(token, { method: 'POST' }))).status).toBe(200);
    const path = `/diode/auth/clients/${client_id}`;
    expect((await auth.call(path, bearer(operator, { method: 'DELETE' }))).status).toBe(204);
    expect((await auth.call('/diode/auth/introspect', bearer(token, { method: 'POST' }))).status).toBe(401);
    expect((await auth.call('/diode/auth/token', form)).status).toBe(401);
    expect((await auth.call(path, bearer(operator, { method: 'DELETE' }))).status).toBe(404);
  });
});
