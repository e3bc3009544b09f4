import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { GenericContainer, Network, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectProblem } from './lab/edge.js';
import { headersNamed, type RawAnswer, request, sendRaw } from './lab/raw-http.js';

const NGINX = new URL('../../nginx/', import.meta.url);
/** Listens, takes everything, says nothing. */
const SILENT = 'require("node:net").createServer((s) => s.on("error", () => {}).resume()).listen(80)';

/** The shipped files, but for TLS, and for how long nginx waits for an answer. */
function shipped(main: string): { content: string; target: string; mode?: number }[] {
  const read = (name: string): string => readFileSync(new URL(name, NGINX), 'utf8');
  const shared = readdirSync(NGINX).filter((name) => name.endsWith('.conf') && !name.startsWith('nginx'));
  return [
    ...shared.map((name) => ({ content: name === 'ssl.conf' ? '' : read(name), target: `/etc/nginx/diode/${name}` })),
    {
      content: read('http.conf').replace('proxy_read_timeout 65s', 'proxy_read_timeout 1s'),
      target: '/etc/nginx/diode/http.conf',
    },
    { content: read('html/index.html'), target: '/etc/nginx/diode/html/index.html' },
    { content: read(main), target: '/etc/nginx/nginx.conf' },
    { content: read('upstreams.sh'), target: '/docker-entrypoint.d/90-diode-upstreams.sh', mode: 0o755 },
  ];
}

let network: StartedNetwork;
let silent: StartedTestContainer;

beforeAll(async () => {
  network = await new Network().start();
  silent = await new GenericContainer('node:24-bookworm-slim')
    .withNetwork(network)
    .withNetworkAliases('silent')
    .withCommand(['node', '-e', SILENT])
    .start();
});

afterAll(async () => {
  await silent?.stop();
  await network?.stop();
});

describe.each(['nginx.conf', 'nginx-ha.conf'])('%s alone: of diode-auth and the ingester nobody is there', (main) => {
  let nginx: StartedTestContainer;
  let door: { base: string; port: string };
  let issuer: { base: string; port: string };

  beforeAll(async () => {
    nginx = await new GenericContainer('nginx:1.28-alpine')
      .withNetwork(network)
      .withEnvironment({ UPSTREAMS: 'auth=nobody:80 ingester=nobody:80 reconciler=silent:80 hydra=silent:80' })
      .withCopyContentToContainer(shipped(main))
      .withExposedPorts(80, 4444)
      .withWaitStrategy(Wait.forHttp('/', 80))
      .start();
    const at = (inside: number): { base: string; port: string } => {
      const port = String(nginx.getMappedPort(inside));
      return { base: `http://${nginx.getHost()}:${port}`, port };
    };
    door = at(80);
    issuer = at(4444);
  });

  afterAll(async () => {
    await nginx?.stop();
  });

  const rawProblem = async (bytes: string, expected: number, code: string): Promise<void> => {
    for (const { port } of [door, issuer]) {
      const { answers } = await sendRaw(bytes, { port, quietMs: 500 });
      expect(answers.map((one) => one.status)).toEqual([expected]);
      expect(headersNamed(answers[0]!, 'connection')).toEqual(['close']);
      isProblem(answers[0]!, expected, code);
    }
  };

  it('502 where nobody answers, 504 where one is silent, 503 where tokens cannot be judged: each says to try again', async () => {
    const away = await ask('GET', '/health', door);
    expectProblem(away, 502, 'bad_gateway');
    const slow = await ask('GET', '/.well-known/jwks.json', door);
    expectProblem(slow, 504, 'gateway_timeout');
    expectProblem(await ask('GET', '/.well-known/openid-configuration', issuer), 504, 'gateway_timeout');
    const unjudged = await ask('GET', '/api/v1/sync/status', { ...door, token: 'a.b.c' });
    expectProblem(unjudged, 503, 'service_unavailable');
    const keyed = { ...door, token: 'a.b.c', headers: { 'idempotency-key': 'k' }, json: {} };
    expectProblem(await ask('POST', '/api/v1/ingest/devices', keyed), 503, 'service_unavailable');
    for (const answer of [away, slow, unjudged]) expect(answer.headers.get('retry-after')).toBe('2');
  });

  it.each([
    ['no request line', 'GARBAGE\r\n\r\n'],
    ['a protocol that is none', 'GET / HTTP/3.7\r\nHost: a\r\n\r\n'],
    ['a method that is none', request('get', '/')],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'two hosts',
      request('GET', '/', [
        ['Host', 'a'],
        ['Host', 'b'],
      ]),
    ],
    [
      'two tokens',
      request('GET', '/api/v1/sync/status', [
        ['Authorization', 'Bearer a'],
        ['Authorization', 'Bearer b'],
      ]),
    ],
    [
      'two lengths',
      request('POST', '/x', [
        ['Content-Length', '1'],
        ['Content-Length', '2'],
      ]),
    ],
    [
      'a length and chunks',
      request('POST', '/x', [
        ['Content-Length', '1'],
        ['Transfer-Encoding', 'chunked'],
      ]),
    ],
    ['an encoding that is none', request('POST', '/x', [['Transfer-Encoding', 'gzip']])],
    ['a path above the root', request('GET', '/../x')],
    ['a path with a zero in it', request('GET', '/a%00b')],
    ['a tunnel', request('CONNECT', 'a:80')],
  ] as const)('400 for %s', async (_what, bytes) => {
    await rawProblem(bytes, 400, 'invalid_request');
  });

  it('404, whatever the name asked for would be; 405; 414; 431', async () => {
    for (const path of ['/x', '/x.html', '/x.json', '/x.png']) await rawProblem(request('GET', path), 404, 'not_found');
    expectProblem(await ask('POST', '/', door), 405, 'method_not_allowed');
    expectProblem(await ask('POST', '/health/ready', issuer), 405, 'method_not_allowed');
    await rawProblem(request('TRACE', '/'), 405, 'method_not_allowed');
    await rawProblem(request('GET', `/${'x'.repeat(20_000)}`), 414, 'uri_too_long');
    await rawProblem(request('GET', '/', [['X-Large', 'x'.repeat(20_000)]]), 431, 'headers_too_large');
  });

  it.each([
    ['/api/v1/ingest/devices', 27],
    ['/api/v1/mode', 27],
    ['/api/v1/ingest/webhook', 5],
    ['/diode/auth/token', 1],
    ['/diode/auth/clients', 1],
  ])('413 for a body that %s does not take, from its length alone', async (path, megabytes) => {
    const length = String(megabytes * 1024 * 1024);
    const { answers } = await sendRaw(request('POST', path, [['Content-Length', length]]), { ...door, quietMs: 500 });
    isProblem(answers[0]!, 413, 'body_too_large');
  });

  it('429 for too many token requests of an address', async () => {
    const many = await Promise.all(Array.from({ length: 150 }, () => ask('POST', '/diode/auth/token', door)));
    const refused = many.filter((one) => one.status === 429);
    expect(refused.length).toBeGreaterThan(10);
    for (const one of refused) {
      expectProblem(one, 429, 'rate_limited');
      expect(one.headers.get('retry-after')).toBe('1');
    }
    expect(new Set(many.map((one) => one.status))).toEqual(new Set([429, 502]));
  });

  it.each([
    ['UNAVAILABLE where nobody answers', 10, '14'],
    ['RESOURCE_EXHAUSTED for a message nobody would take', 28 * 1024 * 1024, '8'],
  ])('gRPC has a status and no page: %s', async (_what, bytes, code) => {
    const session = connect(door.base);
    session.on('error', () => undefined);
    try {
      const call = session.request({
        ':method': 'POST',
        ':path': '/any/prefix/diode.v1.IngesterService/Ingest',
        'content-type': 'application/grpc',
        'content-length': String(bytes),
        te: 'trailers',
      });
      call.on('error', () => undefined);
      const answered = once(call, 'response');
      if (bytes < 1024) call.end(Buffer.alloc(bytes));
      const [headers] = (await answered) as [Record<string, unknown>];
      expect(headers).toMatchObject({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code });
      expect(headers['grpc-message']).toMatch(/^[a-z ;]{10,}$/);
    } finally {
      session.destroy();
    }
  });
});

function isProblem(answer: RawAnswer, expected: number, code: string): void {
  expect(headersNamed(answer, 'content-type')).toEqual(['application/problem+json']);
  expect(headersNamed(answer, 'server')).toEqual(['nginx']);
  expect(headersNamed(answer, 'x-content-type-options')).toEqual(['nosniff']);
  const [id] = headersNamed(answer, 'x-request-id');
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.parse(answer.body)).toMatchObject({ status: expected, code, request_id: id, errors: [] });
}
