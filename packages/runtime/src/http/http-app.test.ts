import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DiodeError, problemSchema } from '@diode/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLogger } from '../logger.js';
import { type Metrics, makeMetrics } from '../metrics/metrics.js';
import { addFormParser } from './form-parser.js';
import { buildHttpApp, type HttpApp } from './http-app.js';

const LIMIT = 2_000;

let app: HttpApp;
let lines: string[];
let metrics: Metrics;

beforeEach(() => {
  lines = [];
  metrics = makeMetrics({ service: 't' });
  const logger = makeLogger({
    level: 'debug',
    service: 't',
    instanceId: 'i',
    destination: { write: (l) => void lines.push(l) },
  });
  app = buildHttpApp({ logger, metrics: metrics.http, bodyLimitBytes: LIMIT });
  addFormParser(app);
  app.post('/echo', async (request) => ({ body: request.body ?? null }));
  app.post('/form', async ({ body }) => ({ form: body instanceof URLSearchParams ? [...body] : body }));
  app.post('/large', { bodyLimit: 10_000 }, async () => ({ ok: true }));
  app.get('/things/:id', async (request) => ({ params: request.params }));
  app.delete('/things/:id', async (_request, reply) => reply.code(204).send());
  app.get('/busy', async () => {
    throw new DiodeError('overloaded', { detail: 'busy', retryAfterMs: 1_200 });
  });
  app.get('/closed', async () => {
    throw new DiodeError('unauthenticated', { detail: 'a token is needed' });
  });
  app.get('/fault', async () => {
    throw new Error('password is hunter2');
  });
});

afterEach(() => app.close());

const JSON_TYPE = { 'content-type': 'application/json' };

async function listen(): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

describe('problems', () => {
  it.each([
    ['nothing there', { method: 'GET', url: '/nope' }, 404, 'not_found'],
    ['another method', { method: 'PUT', url: '/things/1' }, 405, 'method_not_allowed'],
    ['an odd method', { method: 'PROPFIND', url: '/things/1' }, 405, 'method_not_allowed'],
    ['a bad path', { method: 'GET', url: '/things/%ff' }, 400, 'invalid_parameter'],
    ['half an escape', { method: 'GET', url: '/things/%' }, 400, 'invalid_parameter'],
    ['a long part', { method: 'GET', url: `/things/${'a'.repeat(600)}` }, 400, 'invalid_parameter'],
    [
      'a strange type',
      { method: 'POST', url: '/echo', headers: { 'content-type': 'text/yaml' }, payload: 'a: 1' },
      415,
      'unsupported_media_type',
    ],
    [
      'no type',
      { method: 'POST', url: '/echo', headers: { 'content-type': '' }, payload: 'a' },
      415,
      'unsupported_media_type',
    ],
    ['broken JSON', { method: 'POST', url: '/echo', headers: JSON_TYPE, payload: '{"a":' }, 400, 'body_unreadable'],
    ['no body', { method: 'POST', url: '/echo', headers: JSON_TYPE, payload: '' }, 400, 'body_unreadable'],
    [
      'a prototype',
      { method: 'POST', url: '/echo', headers: JSON_TYPE, payload: '{"a":{"__proto__":{"x":1}}}' },
      400,
      'body_unreadable',
    ],
    [
      'no UTF-8',
      { method: 'POST', url: '/echo', headers: JSON_TYPE, payload: Buffer.from([0x22, 0xff, 0x22]) },
      400,
      'body_unreadable',
    ],
    [
      'too much',
      { method: 'POST', url: '/echo', headers: JSON_TYPE, payload: JSON.stringify('x'.repeat(LIMIT)) },
      413,
      'body_too_large',
    ],
    [
      'an encoding',
      { method: 'POST', url: '/echo', headers: { ...JSON_TYPE, 'content-encoding': 'br' }, payload: '{}' },
      415,
      'unsupported_media_type',
    ],
    [
      'bad gzip',
      { method: 'POST', url: '/echo', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, payload: '{}' },
      400,
      'body_unreadable',
    ],
    [
      'cut gzip',
      {
        method: 'POST',
        url: '/echo',
        headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
        payload: gzipSync('{"a":1}').subarray(0, 15),
      },
      400,
      'body_unreadable',
    ],
    [
      'a gzip bomb',
      {
        method: 'POST',
        url: '/echo',
        headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
        payload: gzipSync(`"${'x'.repeat(50_000)}"`),
      },
      413,
      'body_too_large',
    ],
  ] as const)('%s', async (_name, request, status, code) => {
    const answer = await app.inject(request as never);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = problemSchema.parse(answer.json());
    expect(problem).toMatchObject({ status, code, type: `/errors/${code}` });
    expect(answer.headers['x-request-id']).toBe(problem.request_id);
  });

  it('name the methods that would do', async () => {
    const answer = await app.inject({ method: 'PUT', url: '/things/1' });
    expect(answer.headers.allow).toBe('DELETE, GET, HEAD');
  });

  it('say when to come back', async () => {
    const answer = await app.inject('/busy');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '2']);
  });

  it('challenge who is not let in, with an error only where a token was sent (RFC 6750)', async () => {
    const without = await app.inject({ method: 'GET', url: '/closed' });
    expect([without.statusCode, without.headers['www-authenticate']]).toEqual([401, 'Bearer realm="diode"']);
    const wrong = await app.inject({ method: 'GET', url: '/closed', headers: { authorization: 'Bearer x' } });
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="diode", error="invalid_token"');
  });

  it('show nothing of a fault, which is logged once', async () => {
    const answer = await app.inject('/fault');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    expect(lines.filter((l) => l.includes('hunter2'))).toHaveLength(1);
    expect(lines.filter((l) => JSON.parse(l).level === 'error')).toHaveLength(1);
  });
});

describe('bodies', () => {
  it('may be gzipped, within the limit', async () => {
    const payload = gzipSync(JSON.stringify({ a: 'x'.repeat(1_500) }));
    const answer = await app.inject({
      method: 'POST',
      url: '/echo',
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      payload,
    });
    expect(answer.json().body.a).toHaveLength(1_500);
  });

  it('may be larger where the route says so', async () => {
    const payload = JSON.stringify('x'.repeat(5_000));
    expect((await app.inject({ method: 'POST', url: '/large', headers: JSON_TYPE, payload })).statusCode).toBe(200);
  });

  it('are forms where the app reads forms, repeated keys included', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await app.inject({ method: 'POST', url: '/form', headers, payload: 'a=1&a=%C3%A9+x' });
    expect(answer.json().form).toEqual([
      ['a', '1'],
      ['a', 'é x'],
    ]);
  });
});

describe('every answer', () => {
  it('echoes a safe request id and replaces an unsafe one', async () => {
    const id = async (given: string): Promise<unknown> =>
      (await app.inject({ url: '/things/1', headers: { 'x-request-id': given } })).headers['x-request-id'];
    expect(await id('abc-1.2:3')).toBe('abc-1.2:3');
    expect(await id('a b"{}')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await id('x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('carries the security headers', async () => {
    expect((await app.inject('/things/1')).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  });

  it('comes from a path whose doubled slashes were collapsed', async () => {
    expect((await app.inject('//things///7?x=//')).json()).toEqual({ params: { id: '7' } });
  });

  it('leaves one log line, without the query', async () => {
    await app.inject('/things/1?access_token=verysecret');
    await expect.poll(() => lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      msg: 'request',
      method: 'GET',
      path: '/things/1',
      route: '/things/:id',
      status: 200,
    });
    expect(lines[0]).not.toContain('verysecret');
  });

  it('is counted by route pattern, which was there at zero before', async () => {
    expect(await metrics.render()).toContain('diode_http_requests_total{route="/things/:id",status="2xx"} 0');
    await app.inject('/things/1');
    await expect
      .poll(() => metrics.render())
      .toContain('diode_http_requests_total{route="/things/:id",status="2xx"} 1');
  });
});

describe('on a socket', () => {
  async function raw(bytes: string | Buffer, end = true): Promise<string> {
    const port = await listen();
    return new Promise((resolve) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => (end ? socket.end(bytes) : socket.write(bytes)));
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(received));
    });
  }

  it.each([
    ['garbage', 'hello there\r\n\r\n', 400],
    ['a bad length', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400],
    ['two lengths', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    [
      'length and chunks',
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a bad chunk',
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
    ],
    ['huge headers', `GET /things/1 HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    ['no host', 'GET /things/1 HTTP/1.1\r\n\r\n', 400],
  ])('%s', async (_name, bytes, status) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('survives a client that leaves in the middle of its body', async () => {
    const port = await listen();
    for (const encoding of ['identity', 'gzip']) {
      const client = httpRequest({
        port,
        method: 'POST',
        path: '/echo',
        headers: { ...JSON_TYPE, 'content-encoding': encoding, 'content-length': 1_000 },
      });
      client.on('error', () => undefined);
      client.write(gzipSync('{"a":1}').subarray(0, 12), () => client.destroy());
    }
    await expect.poll(() => lines.filter((l) => l.includes('abandoned')).length).toBe(2);
    expect((await fetch(`http://127.0.0.1:${port}/things/1`)).status).toBe(200);
    expect(lines.filter((l) => JSON.parse(l).level === 'error')).toEqual([]);
  });

  it('ends a request that never ends with 408', async () => {
    await app.close();
    const logger = makeLogger({ level: 'silent', service: 't', instanceId: 'i' });
    app = buildHttpApp({ logger, requestTimeoutMs: 200 });
    expect(await raw('GET / HTTP/1.1\r\nHost: x\r\nA: b', false)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('closes while a keep-alive connection is idle', async () => {
    const port = await listen();
    await (await fetch(`http://127.0.0.1:${port}/things/1`)).text();
    const started = performance.now();
    await app.close();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('nothing a client sends', () => {
  it('gives a 5xx or another body than a problem', async () => {
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD');
    const path = fc.oneof(
      fc.constantFrom('/echo', '/form', '/things/a'),
      fc.webPath().filter((p) => p !== ''),
      fc.string().map((s) => `/${encodeURI(s.toWellFormed())}`),
    );
    const type = fc.constantFrom(
      'application/json',
      'application/json; charset=latin1',
      'application/x-www-form-urlencoded',
      'x',
      '',
    );
    const encoding = fc.constantFrom(undefined, 'gzip', 'identity', 'deflate', 'gzip, gzip');
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }).map((b) => Buffer.from(b)),
      fc.json().map((s) => Buffer.from(s)),
      fc.json().map((s) => gzipSync(s)),
    );
    await fc.assert(
      fc.asyncProperty(method, path, type, encoding, payload, async (m, url, t, e, body) => {
        const headers = { 'content-type': t, ...(e === undefined ? {} : { 'content-encoding': e }) };
        const answer = await app.inject({
          method: m as 'GET',
          url,
          headers,
          payload: body,
          signal: AbortSignal.timeout(3000),
        });
        expect(answer.statusCode).toBeLessThan(500);
        if (answer.statusCode >= 400 && m !== 'HEAD') problemSchema.parse(answer.json());
      }),
      { numRuns: 150 },
    );
  }, 30_000);
});
