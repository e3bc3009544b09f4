import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuthService, startAuthService, startServer, tokenForm } from './harness.js';

/** An issuer of whom each test says how it answers. */
const state = {
  tokenCalls: 0,
  atOnce: 0,
  most: 0,
  ready: true,
  nowMs: 0,
  token: (_response: ServerResponse): void => undefined,
};
let issuer: Awaited<ReturnType<typeof startServer>>;
let auth: AuthService;

const answer =
  (status: number, body: unknown, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const granted = (expires_in: unknown = 3600) =>
  answer(200, { access_token: `t-${state.tokenCalls}`, expires_in, token_type: 'bearer' });

beforeEach(async () => {
  Object.assign(state, { tokenCalls: 0, atOnce: 0, most: 0, ready: true, nowMs: Date.now() });
  issuer = await startServer((request, response) => {
    if (request.url === '/health/ready') return answer(state.ready ? 200 : 503, {})(response);
    if (request.url?.startsWith('/admin/')) {
      const client = { client_id: 'c', token_endpoint_auth_method: 'client_secret_basic' };
      return answer(200, client)(response);
    }
    state.tokenCalls += 1;
    state.atOnce += 1;
    state.most = Math.max(state.most, state.atOnce);
    response.once('close', () => {
      state.atOnce -= 1;
    });
    return state.token(response);
  });
  const urls = { publicUrl: issuer.url, adminUrl: issuer.url, issuerUrl: issuer.url };
  auth = await startAuthService(urls, { now: () => state.nowMs });
});
afterEach(async () => {
  await auth.close();
  await issuer.close().catch(() => undefined);
});

const ask = (secret = 's', more: Record<string, string> = {}) =>
  auth.call('/diode/auth/token', tokenForm('c', secret, more));

describe('an issuer in trouble', () => {
  it('that is gone is 503 with Retry-After, which the SDKs retry', async () => {
    await issuer.close();
    const refused = await ask();
    expect([refused.status, refused.json().error]).toEqual([503, 'temporarily_unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await auth.call('/health')).status).toBe(503);
  });

  it.each([
    ['500', answer(500, { error: 'error', error_description: 'leaks' }), 502],
    ['503', answer(503, {}), 503],
    ['201 with a token', answer(201, { access_token: 't' }), 502],
    ['200 without a token', answer(200, { expires_in: 1 }), 502],
    ['HTML', (response: ServerResponse) => void response.end('<html>'), 502],
    ['a redirect', answer(302, {}, { location: 'http://127.0.0.1:1/' }), 502],
    ['a cut connection', (response: ServerResponse) => void response.destroy(), 503],
  ])('that says %s is never passed on as success', async (_what, token, status) => {
    state.token = token;
    const refused = await ask();
    expect(refused.status).toBe(status);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    expect(refused.text).not.toMatch(/leaks|html/);
  });

  it('that asks for patience is passed on with its Retry-After', async () => {
    state.token = answer(429, { error: 'slow_down' }, { 'retry-after': '7' });
    const refused = await ask();
    expect([refused.status, refused.json(), refused.headers.get('retry-after')]).toEqual([
      429,
      { error: 'slow_down' },
      '7',
    ]);
  });

  it('that says 401 because its database is away is not believed', async () => {
    Object.assign(state, { token: answer(401, { error: 'invalid_client' }), ready: false });
    expect((await ask()).status).toBe(503);
    state.ready = true;
    expect((await ask()).status).toBe(401);
  });
});

describe('a flood', () => {
  it('of the same request is one call, and the token is served with the life it has left', async () => {
    state.token = (response) => granted()(response);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(state.tokenCalls).toBe(1);
    state.nowMs += 10_000;
    const later = await ask();
    expect(later.json()).toMatchObject({ access_token: answers[0]!.json().access_token, expires_in: 3590 });
    state.nowMs += 6_000;
    expect((await ask()).json().access_token).not.toBe(answers[0]!.json().access_token);
  });

  it('of other secrets, scopes or audiences shares nothing', async () => {
    state.token = (response) => granted()(response);
    const asked = [await ask('s'), await ask('S'), await ask('s', { scope: 'a' }), await ask('s', { audience: 'a' })];
    expect(new Set(asked.map((each) => each.json().access_token)).size).toBe(4);
  });

  it('of a wrong secret is asked about once in two seconds: twice, for the first no may be that of a missing database', async () => {
    state.token = answer(401, { error: 'invalid_client' });
    for (let i = 0; i < 5; i += 1) expect((await ask('wrong')).status).toBe(401);
    expect(state.tokenCalls).toBe(2);
    state.nowMs += 2_000;
    await ask('wrong');
    expect(state.tokenCalls).toBe(4);
  });

  it('whose database comes back between its no and the look at it gives the token, not the no', async () => {
    state.token = (response) =>
      (state.tokenCalls === 1 ? answer(401, { error: 'invalid_client' }) : granted())(response);
    expect((await ask()).status).toBe(200);
  });

  it('whose database goes between two looks is away, not sure', async () => {
    state.token = (response) => {
      state.ready = state.tokenCalls === 1;
      answer(401, { error: 'invalid_client' })(response);
    };
    expect((await ask()).status).toBe(503);
  });

  it('whose own 401 nginx hands on is asked once more, the way the client asked', async () => {
    state.token = answer(401, { error: 'invalid_client' });
    const again = () => auth.call('/internal/auth/doubted', tokenForm('c', 's'));
    expect((await again()).status).toBe(401);
    expect(state.tokenCalls).toBe(1);
    state.token = granted();
    expect((await again()).status).toBe(200);
    state.ready = false;
    expect((await again()).status).toBe(503);
    expect(state.tokenCalls).toBe(2);
  });

  it('of different requests reaches the issuer eight at a time, and beyond the queue is told to come back', async () => {
    state.token = (response) => void setImmediate(() => granted()(response));
    const answers = await Promise.all(Array.from({ length: 400 }, (_, i) => ask(`s${i}`)));
    const statuses = answers.map(({ status }) => status);
    expect(state.most).toBeLessThanOrEqual(8);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(264);
    for (const { status, headers } of answers) {
      if (status !== 200) expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    }
  });

  it('of short-lived tokens is not served from memory: a Go client would ask again before every call', async () => {
    state.token = (response) => granted('80')(response);
    expect((await ask()).json().access_token).not.toBe((await ask()).json().access_token);
  });
});
