import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask, askPatiently, expectProblem } from './lab/edge.js';
import { headersNamed, request, sendRaw } from './lab/raw-http.js';
import { linesOf } from './lab/services.js';
import { EDGE, ISSUER, stack } from './lab/stack.js';
import { type TestClient, testClients } from './lab/test-client.js';

/** All that answers a stranger with anything but a refusal, of what the API document names. Longer only on purpose. */
const OPEN_IN_THE_API = [
  'GET /health',
  'GET /health/auth',
  'GET /health/ingester',
  'GET /health/reconciler',
  'POST /diode/auth/token',
];

const project = stack();
const clients = testClients();
let client: TestClient;
let nothing: string;

beforeAll(async () => {
  client = await clients.make();
  // A scope that opens no door.
  nothing = await (await clients.make('offline')).token();
});

afterAll(() => clients.remove());

const form = (fields: Record<string, string>): { body: string; headers: Record<string, string> } => ({
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});

describe('without a token', () => {
  it.each([
    ['/', 'text/html'],
    ['/health', 'application/json'],
    ['/health/ingester', 'application/json'],
    ['/health/reconciler', 'application/json'],
    ['/health/auth', 'application/json'],
    ['/.well-known/jwks.json', 'application/json'],
    ['/api/v1/openapi.json', 'application/json'],
    ['/api/docs', 'text/html'],
    ['/api/docs/', 'text/html'],
  ])('%s is open', async (path, type) => {
    // Hydra knows no HEAD.
    for (const method of path.endsWith('jwks.json') ? ['GET'] : ['GET', 'HEAD']) {
      const answer = await ask(method, path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain(type);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
      expect(answer.headers.get('server')).toBe('nginx');
      if (path.startsWith('/health')) expect(answer.text).toBe(method === 'GET' ? '{"status":"ok"}' : '');
      if (type !== 'text/html') continue;
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it.each(['/diode/auth/token', '/auth/token', '/any/prefix/auth/token'])('%s gives tokens', async (path) => {
    const fields = { grant_type: 'client_credentials', client_id: client.id, client_secret: client.secret };
    const given = await ask('POST', path, form({ ...fields, scope: 'read' }));
    expect(given.status).toBe(200);
    const { access_token } = JSON.parse(given.text) as { access_token: string };
    expect((await ask('GET', '/api/v1/sync/status', { token: access_token })).status).toBe(200);
    const wrong = await ask('POST', path, form({ ...fields, client_secret: 'wrong-secret' }));
    expect([wrong.status, JSON.parse(wrong.text)]).toEqual([401, expect.objectContaining({ error: 'invalid_client' })]);
  });

  it("NetBox's webhook is let through, and the ingester looks at its signature", async () => {
    const secret = await project.exec('diode-ingester', 'cat', '/run/diode/webhook_secret');
    const body = JSON.stringify({ event: 'updated', model: 'device', data: { id: 1 } });
    const signed = (key: string): Record<string, string> => ({
      'content-type': 'application/json',
      'x-hook-signature': createHmac('sha512', key).update(body).digest('hex'),
    });
    const path = '/api/v1/ingest/webhook';
    expect((await ask('POST', path, { body, headers: signed(secret.trim()) })).status).toBe(202);
    expectProblem(await ask('POST', path, { body, headers: signed('another secret') }), 401, 'unauthenticated');
    expectProblem(await ask('POST', path, { json: {} }), 401, 'unauthenticated');
  });

  it('nothing else of the API document is open', async () => {
    const document = JSON.parse((await ask('GET', '/api/v1/openapi.json')).text) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const methods = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((name) => name !== 'parameters')
        .map((name) => [name.toUpperCase(), path] as const),
    );
    expect(methods.length).toBeGreaterThan(15);
    const open: string[] = [];
    for (const [method, path] of methods) {
      const concrete = path.replaceAll(/\{[^}]+\}/g, 'devices');
      const answer = await askPatiently(method, concrete, method === 'POST' ? { json: {} } : {});
      if (answer.status === 401 && answer.headers.has('www-authenticate')) continue;
      open.push(`${method} ${path}`);
    }
    expect(open.sort()).toEqual(OPEN_IN_THE_API);
  });
});

describe('with a token or not', () => {
  it.each([
    ['POST', '/api/v1/ingest/devices', '"write" or "diode:ingest"'],
    ['POST', '/api/v1/ingest', '"write" or "diode:ingest"'],
    ['POST', '/api/v1/snapshots', '"write" or "diode:ingest"'],
    ['GET', '/api/v1/sync/status', '"read" or "diode:read"'],
    ['GET', '/api/v1/anything', '"read" or "diode:read"'],
    ['POST', '/api/v1/mode', '"admin" or "diode:write"'],
    ['DELETE', '/api/v1/ingest/devices', '"admin" or "diode:write"'],
    ['GET', '/diode/auth/clients', '"read" or "diode:read"'],
    ['POST', '/diode/auth/clients', '"admin" or "diode:write"'],
  ])('%s %s is closed: 401 with one challenge, 403 with the scope', async (method, path, scope) => {
    const json = method === 'POST' ? { json: {} } : {};
    const stranger = await askPatiently(method, path, json);
    expectProblem(stranger, 401, 'unauthenticated');
    const challenges = headersNamed(await rawAnswer(method, path), 'www-authenticate');
    expect(challenges).toEqual(['Bearer realm="diode"']);
    const scopeless = await askPatiently(method, path, { ...json, token: nothing });
    // diode-auth's own paths speak RFC 6749, as the SDKs and the plugin read them.
    const said = path.startsWith('/diode/auth')
      ? oauthError(scopeless, 403, 'insufficient_scope').error_description
      : expectProblem(scopeless, 403, 'insufficient_scope').detail;
    expect(said).toContain(scope);
    const withToken = await rawAnswer(method, path, [['Authorization', `Bearer ${nothing}`]]);
    const [challenge, ...more] = headersNamed(withToken, 'www-authenticate');
    expect(challenge).toContain('error="insufficient_scope"');
    expect(more).toEqual([]);
  });

  it('a bad token is told so in the challenge, once', async () => {
    const answer = await rawAnswer('GET', '/api/v1/sync/status', [['Authorization', 'Bearer nonsense']]);
    expect(headersNamed(answer, 'www-authenticate')).toEqual([expect.stringContaining('error="invalid_token"')]);
  });

  it.each([
    '/nothing',
    '/nothing.html',
    '/metrics',
    '/metrics/prometheus',
    '/admin/clients',
    '/admin/oauth2/introspect',
    '/internal/auth/request',
    '/internal/auth/refusal',
    '/internal/grants/diode-ingest',
    '/_diode_auth',
    '/_problem/404',
    '/oauth2/token',
    '/oauth2/introspect',
    '/userinfo',
    '/version',
    '/health/ready',
    '/nginx_status',
    '/api',
    '/api/v2/sync',
  ])('there is no %s', async (path) => {
    const { token } = await known();
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expectProblem(await ask(method, path), 404, 'not_found');
      expectProblem(await ask(method, path, { token }), 404, 'not_found');
    }
  });

  it('what a service has not, it says in its own words', async () => {
    const { token } = await known();
    expectProblem(await ask('GET', '/api/v1/nothing-like-it', { token }), 404, 'not_found');
    expectProblem(await ask('POST', '/api/v1/ingest/nothings', { token, json: {} }), 404, 'unknown_collection');
  });

  it('methods that are not there are 405 where anybody may ask, and name those that are', async () => {
    expectProblem(await ask('POST', '/'), 405, 'method_not_allowed');
    expectProblem(await ask('DELETE', '/health'), 405, 'method_not_allowed');
    expectProblem(await ask('POST', '/api/v1/openapi.json'), 405, 'method_not_allowed');
    expect((await ask('GET', '/diode/auth/token')).status).toBe(405);
    const { token } = await known();
    const answer = await ask('DELETE', '/api/v1/sync/status', { token });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toContain('GET');
  });

  it('the ports of Diode and of Hydra answer with TLS as without', async () => {
    const tls = await project.exec(
      'ingress-nginx',
      'curl',
      '-sk',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      'https://localhost/metrics',
    );
    expect(tls).toBe('404');
  });
});

describe("Hydra's public door", () => {
  it.each(['/health/ready', '/health/alive', '/.well-known/jwks.json', '/.well-known/openid-configuration'])(
    '%s is open for reading only',
    async (path) => {
      expect((await ask('GET', path, { base: ISSUER })).status).toBe(200);
      expectProblem(await ask('POST', path, { base: ISSUER }), 405, 'method_not_allowed');
    },
  );

  it.each([
    '/',
    '/admin/clients',
    '/admin/oauth2/introspect',
    '/oauth2/auth',
    '/oauth2/introspect',
    '/oauth2/sessions/logout',
    '/oauth2/device/auth',
    '/oauth2/register',
    '/userinfo',
    '/credentials',
    '/version',
    '/metrics/prometheus',
    '/_problem/429',
    '//admin/clients',
    '/oauth2/token/../../admin/clients',
    '/oauth2/%2e%2e/admin/clients',
  ])('there is no %s', async (path) => {
    for (const method of ['GET', 'POST', 'PATCH']) {
      const { answers } = await sendRaw(request(method, path), { port: new URL(ISSUER).port });
      expect([answers.length, answers[0]?.status]).toEqual([1, 404]);
    }
  });

  it('the admin API has no way through by its name either', async () => {
    for (const host of ['hydra:4445', 'hydra', 'localhost:4445']) {
      const { answers } = await sendRaw(request('GET', '/admin/clients', [['Host', host]]), {
        port: new URL(ISSUER).port,
      });
      expect(answers[0]?.status).toBe(404);
    }
  });
});

describe('a request id', () => {
  it('that was sent comes back, and is in the log of nginx and of the service', async () => {
    const id = `trace-${randomUUID()}`;
    const { token } = await known();
    const answer = await ask('POST', '/api/v1/ingest/devices', {
      token,
      headers: { 'x-request-id': id },
      json: { source: 'doors', data: [] },
    });
    expect(answer.headers.get('x-request-id')).toBe(id);
    expect((JSON.parse(answer.text) as { request_id?: string }).request_id).toBe(id);
    const [line] = await linesOf(project, 'ingress-nginx', id);
    expect(line).toMatchObject({
      request_id: id,
      method: 'POST',
      uri: '/api/v1/ingest/devices',
      status: answer.status,
      client_id: client.id,
    });
    expect(await linesOf(project, 'diode-ingester', id)).not.toEqual([]);
  });

  it("is in the body of every refusal, diode-auth's and nginx's own", async () => {
    for (const path of ['/api/v1/sync/status?secret=of-the-query', '/nothing?secret=of-the-query']) {
      const id = `trace-${randomUUID()}`;
      const answer = await askPatiently('GET', path, { headers: { 'x-request-id': id } });
      expect(JSON.parse(answer.text)).toMatchObject({ request_id: id });
      const [line] = await linesOf(project, 'ingress-nginx', id);
      expect(line).toMatchObject({ status: answer.status, uri: path.split('?')[0] });
      expect(JSON.stringify(line)).not.toContain('of-the-query');
    }
  });

  it.each(['has spaces', 'quote"', '<script>', '$(x)', '-leading', 'x'.repeat(129), 'ü', '{"a":1}'])(
    'that is not safe to log is replaced: %s',
    async (unsafe) => {
      const { answers } = await sendRaw(request('GET', '/nothing', [['X-Request-Id', unsafe]]));
      const [id] = headersNamed(answers[0]!, 'x-request-id');
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(answers[0]?.body).toContain(`"request_id":"${id}"`);
    },
  );
});

it('no answer tells what nginx this is, or sets a cookie', async () => {
  for (const path of ['/', '/health', '/nothing', '/api/docs', '/.well-known/jwks.json']) {
    const answer = await fetch(`${EDGE}${path}`);
    expect(answer.headers.get('server')).toBe('nginx');
    expect(answer.headers.has('x-powered-by')).toBe(false);
    expect(answer.headers.has('set-cookie')).toBe(false);
    await answer.body?.cancel();
  }
});

function oauthError(answer: Answer, status: number, error: string): Record<string, unknown> {
  const body = JSON.parse(answer.text) as Record<string, unknown>;
  expect([answer.status, body.error]).toEqual([status, error]);
  return body;
}

let cached: Promise<string> | undefined;

async function known(): Promise<{ token: string }> {
  cached ??= client.token();
  return { token: await cached };
}

async function rawAnswer(method: string, path: string, headers: readonly (readonly [string, string])[] = []) {
  const { answers } = await sendRaw(request(method, path, headers));
  expect(answers).toHaveLength(1);
  return answers[0]!;
}
