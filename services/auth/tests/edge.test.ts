import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { makeVerifier } from '@diode/access';
import { makeVerdictMetrics } from '@diode/auth';
import { startTestIssuer, type TestIssuer } from '@diode/testkit';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthService, bearer, json, startAuthService, startServer } from './harness.js';

let issuer: TestIssuer;
let auth: AuthService;
let registry: Registry;
let door: Awaited<ReturnType<typeof startServer>>;
/** The issuer's answers pass through here, so that a test can make it unready and count. */
const state = { ready: true, introspections: 0, nowMs: 0 };

beforeAll(async () => {
  issuer = await startTestIssuer({ tokenTtlS: 600 });
});
afterAll(() => issuer.close());

beforeEach(async () => {
  Object.assign(state, { ready: true, introspections: 0, nowMs: Date.now() });
  door = await startServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const isAdmin = incoming.url?.startsWith('/admin/');
    const introspects = incoming.url === '/admin/oauth2/introspect';
    if (introspects) state.introspections += 1;
    if (!state.ready && introspects) return void outgoing.end('{"active":false}');
    if (!state.ready) return void outgoing.writeHead(503).end('{}');
    const answer = await fetch(`${isAdmin ? issuer.adminUrl : issuer.publicUrl}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      ...(chunks.length === 0
        ? {}
        : {
            body: Buffer.concat(chunks),
            headers: { 'content-type': incoming.headers['content-type'] ?? '' },
          }),
    });
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  registry = new Registry();
  auth = await startAuthService(
    { publicUrl: door.url, adminUrl: door.url, issuerUrl: issuer.issuerUrl },
    {
      now: () => state.nowMs,
      verdicts: makeVerdictMetrics(registry),
      verifier: makeVerifier({
        issuer: issuer.issuerUrl,
        jwksUrl: `${issuer.publicUrl}/.well-known/jwks.json`,
        audience: 'diode',
        now: () => state.nowMs,
        keysCooldownMs: 0,
      }),
    },
  );
});
afterEach(async () => {
  await auth.close();
  await door.close();
});

const original = (method: string, uri: string, token?: string): Record<string, string> => ({
  'x-original-method': method,
  'x-original-uri': uri,
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
});
const ask = (method: string, uri: string, token?: string) =>
  auth.call('/internal/auth/request', { headers: original(method, uri, token) });
const render = (method: string, uri: string, token?: string) =>
  auth.call('/internal/auth/refusal', { headers: original(method, uri, token) });
const metric = async (name: string, label: string): Promise<number> => {
  const found = await registry.getSingleMetric(name)?.get();
  return found?.values.find((value) => Object.values(value.labels).includes(label))?.value ?? Number.NaN;
};

describe('GET /internal/auth/request', () => {
  it('lets a live token with the scope pass, and says whose it is', async () => {
    const token = await issuer.token('writer', { scope: 'diode:ingest' });
    const passed = await ask('POST', '/api/v1/ingest?async=1', token);
    expect([passed.status, passed.text, passed.headers.get('x-diode-client-id')]).toEqual([204, '', 'writer']);
    expect(await metric('diode_auth_verdicts_total', 'allowed')).toBe(1);
  });

  it('names the scope that is missing', async () => {
    const refused = await ask('POST', '/api/v1/ingest', await issuer.token('reader', { scope: 'read' }));
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toContain('scope="write diode:ingest"');
    expect(refused.headers.get('x-diode-auth-status')).toBe('403');
    expect(refused.headers.get('x-diode-grpc-status')).toBe('7');
    expect(refused.headers.get('x-diode-grpc-message')).toContain('"diode:ingest"');
  });

  it('challenges who brings no token, and who brings none that counts', async () => {
    const none = await ask('GET', '/api/v1/why-idle');
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="diode"']);
    const garbage = await ask('GET', '/api/v1/why-idle', 'garbage');
    expect([garbage.status, garbage.headers.get('x-diode-grpc-status')]).toEqual([401, '16']);
    expect(garbage.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await metric('diode_auth_verdicts_total', 'unauthenticated')).toBe(2);
  });

  it('asks any live token at the paths of auth itself', async () => {
    const token = await issuer.token('reader', { scope: 'read' });
    expect((await ask('POST', '/diode/auth/introspect', token)).status).toBe(204);
    expect((await ask('GET', '/diode/auth/clients', token)).status).toBe(204);
    expect((await ask('GET', '/diode/auth/clients')).status).toBe(401);
  });

  it('lets nothing pass that is not routed, whatever the token', async () => {
    const token = await issuer.token('operator', { scope: 'admin write read' });
    for (const uri of ['/internal/grants/x', '/api/v1/%69ngest', '/api/v1/..;/ingest', '/metrics', '']) {
      const refused = await ask('POST', uri, token);
      expect([uri, refused.status, refused.headers.get('x-diode-auth-status')]).toEqual([uri, 403, '404']);
    }
    expect((await auth.call('/internal/auth/request', bearer(token))).status).toBe(403);
    expect(state.introspections).toBe(0);
  });

  it('picks none of several headers', async () => {
    const good = await issuer.token('writer', { scope: 'diode:ingest' });
    const send = async (headers: Record<string, string | string[]>): Promise<number> => {
      const request = httpRequest(`${auth.url}/internal/auth/request`, { headers });
      const answered = once(request, 'response');
      request.end();
      const [response] = await answered;
      response.resume();
      return response.statusCode;
    };
    const plain = original('POST', '/api/v1/ingest');
    expect(await send({ ...plain, authorization: [`Bearer ${good}`, 'Bearer other'] })).toBe(401);
    expect(await send({ ...plain, authorization: [`Bearer ${good}`, `Bearer ${good}`] })).toBe(401);
    const uris = ['/api/v1/ingest', '/diode/auth/introspect'];
    expect(await send({ ...plain, authorization: `Bearer ${good}`, 'x-original-uri': uris })).toBe(403);
    const methods = ['POST', 'GET'];
    expect(await send({ ...plain, authorization: `Bearer ${good}`, 'x-original-method': methods })).toBe(403);
    expect(await send({ ...plain, authorization: `Bearer ${good}` })).toBe(204);
  });

  it('asks the issuer once for many requests at once, and once in fifteen seconds', async () => {
    const token = await issuer.token('writer', { scope: 'diode:ingest' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('POST', '/api/v1/ingest', token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(state.introspections).toBe(1);
    state.nowMs += 13_999;
    await ask('POST', '/api/v1/ingest', token);
    expect(state.introspections).toBe(1);
    expect(await metric('diode_auth_token_lookups_total', 'memory')).toBeGreaterThan(0);
    state.nowMs += 1;
    await ask('POST', '/api/v1/ingest', token);
    expect(state.introspections).toBe(2);
  });
});

describe('an end of a token', () => {
  const basic = (id: string): Record<string, string> => {
    const client = issuer.clients.find((one) => one.client_id === id);
    return { authorization: `Basic ${Buffer.from(`${id}:${client?.client_secret}`).toString('base64')}` };
  };
  const passes = async (token: string): Promise<number> => (await ask('POST', '/api/v1/ingest', token)).status;

  it('that was revoked is felt within fifteen seconds, and asked about no oftener than in two', async () => {
    const token = await issuer.token('writer', { scope: 'diode:ingest' });
    expect(await passes(token)).toBe(204);
    const body = new URLSearchParams({ token });
    await fetch(`${issuer.publicUrl}/oauth2/revoke`, { method: 'POST', headers: basic('writer'), body });
    state.nowMs += 15_000;
    expect(await passes(token)).toBe(401);
    const asked = state.introspections;
    expect(await passes(token)).toBe(401);
    expect(state.introspections).toBe(asked);
    const refusal = await render('POST', '/api/v1/ingest', token);
    expect([refusal.status, refusal.json().code]).toEqual([401, 'unauthenticated']);
  });

  it('whose client was deleted elsewhere is felt within fifteen seconds', async () => {
    const made = await fetch(`${issuer.adminUrl}/admin/clients`, {
      ...json('POST', {
        client_id: 'short-lived',
        client_secret: 'of-short-lived',
        grant_types: ['client_credentials'],
        scope: 'diode:ingest',
      }),
    });
    expect(made.status).toBe(201);
    const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'diode:ingest' });
    const pair = Buffer.from('short-lived:of-short-lived').toString('base64');
    const granted = await fetch(`${issuer.publicUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${pair}` },
      body: form,
    });
    const { access_token } = (await granted.json()) as { access_token: string };
    expect(await passes(access_token)).toBe(204);
    await fetch(`${issuer.adminUrl}/admin/clients/short-lived`, { method: 'DELETE' });
    state.nowMs += 15_000;
    expect(await passes(access_token)).toBe(401);
  });

  it('whose client is deleted here is felt at once', async () => {
    const operator = await issuer.token('operator', { scope: 'admin' });
    const body = { client_name: 'agent', scope: 'diode:ingest' };
    const made = (await auth.call('/diode/auth/clients', bearer(operator, json('POST', body)))).json();
    const form = { grant_type: 'client_credentials', scope: 'diode:ingest', client_id: '', client_secret: '' };
    Object.assign(form, { client_id: made.client_id, client_secret: made.client_secret });
    const granted = await fetch(`${issuer.publicUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const { access_token } = (await granted.json()) as { access_token: string };
    expect(await passes(access_token)).toBe(204);
    const gone = await auth.call(`/diode/auth/clients/${made.client_id}`, bearer(operator, { method: 'DELETE' }));
    expect(gone.status).toBe(204);
    expect(await passes(access_token)).toBe(401);
  });

  it('that expires is felt at once, however young the memory of it', async () => {
    const token = await issuer.token('writer', { scope: 'diode:ingest' });
    state.nowMs += 595_000;
    expect(await passes(token)).toBe(204);
    const asked = state.introspections;
    state.nowMs += 6_000;
    await passes(token);
    expect(state.introspections).toBe(asked + 1);
    state.nowMs += 31_000;
    expect(await passes(token)).toBe(401);
  });

  it('by a rotated key ends within fifteen seconds, and the new key is good at once', async () => {
    const old = await issuer.token('writer', { scope: 'diode:ingest' });
    expect(await passes(old)).toBe(204);
    const key = json('POST', { alg: 'ES256', use: 'sig', kid: 'rotated' });
    await fetch(`${issuer.adminUrl}/admin/keys/hydra.jwt.access-token`, key);
    expect(await passes(await issuer.token('writer', { scope: 'diode:ingest' }))).toBe(204);
    state.nowMs += 15_000;
    expect(await passes(old)).toBe(401);
  });

  it('is not believed of an issuer that is not ready: 503, never 401', async () => {
    const token = await issuer.token('writer', { scope: 'diode:ingest' });
    expect(await passes(token)).toBe(204);
    state.ready = false;
    expect(await passes(token)).toBe(204);
    state.nowMs += 15_000;
    const refused = await ask('POST', '/api/v1/ingest', token);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toBeNull();
    expect(refused.headers.get('x-diode-auth-status')).toBe('503');
    expect(refused.headers.get('x-diode-grpc-status')).toBe('14');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const refusal = await render('POST', '/api/v1/ingest', token);
    expect([refusal.status, refusal.json().code]).toEqual([503, 'token_service_unavailable']);
    expect(await metric('diode_auth_verdicts_total', 'unavailable')).toBe(1);
    state.ready = true;
    expect(await passes(token)).toBe(204);
  });
});

describe('/internal/auth/refusal', () => {
  it('says what was refused and why, as a problem', async () => {
    const none = await render('POST', '/api/v1/ingest');
    expect([none.status, none.headers.get('content-type')]).toEqual([401, 'application/problem+json; charset=utf-8']);
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="diode"');
    const headers = { ...original('POST', '/api/v1/ingest', await issuer.token('reader', { scope: 'read' })) };
    const scope = await auth.call('/internal/auth/refusal', { headers: { ...headers, 'x-request-id': 'mine-1' } });
    expect(scope.status).toBe(403);
    expect(scope.json()).toMatchObject({
      code: 'insufficient_scope',
      status: 403,
      request_id: 'mine-1',
      detail: expect.stringContaining('"diode:ingest"'),
    });
    expect(scope.headers.get('www-authenticate')).toContain('scope="write diode:ingest"');
    expect((await render('GET', '/nowhere')).json()).toMatchObject({ code: 'not_found', status: 404 });
  });

  it('never says yes, also when the token is good by now', async () => {
    const late = await render('POST', '/api/v1/ingest', await issuer.token('writer', { scope: 'diode:ingest' }));
    expect([late.status, late.headers.get('retry-after'), late.json().code]).toEqual([
      503,
      '1',
      'token_service_unavailable',
    ]);
  });

  it('takes any method, any length, any encoding, and reads no body', async () => {
    const headers = { ...original('POST', '/api/v1/ingest'), 'content-encoding': 'br', 'content-type': 'a/b' };
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'HEAD']) {
      const body = ['GET', 'HEAD'].includes(method) ? {} : { body: Buffer.alloc(300_000) };
      const refused = await auth.call('/internal/auth/refusal', { method, headers, ...body });
      expect([method, refused.status]).toEqual([method, 401]);
    }
    expect(await metric('diode_auth_verdicts_total', 'unauthenticated')).toBe(0);
  });
});
