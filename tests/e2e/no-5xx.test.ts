import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endStandalone, startStandalone, type TestStandalone } from '../tools/standalone.js';

let diode: TestStandalone;
let token: string;

beforeAll(async () => {
  diode = await startStandalone();
  token = await diode.token();
}, 120_000);

afterAll(async () => {
  await endStandalone(diode);
});

const RUNS = { numRuns: 150 };
const paths = fc.oneof(
  fc.constantFrom(
    '/api/v1/ingest',
    '/api/v1/ingest/devices',
    '/api/v1/ingest/webhook',
    '/api/v1/sync/status',
    '/diode/auth/token',
    '/diode/auth/clients',
    '/api/v1/mode',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => `/api/v1/ingest/${encodeURIComponent(s)}`),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => `/api/v1/sync/${encodeURIComponent(s)}/status`),
  fc.string({ unit: 'grapheme', maxLength: 60 }).map((s) => `/${encodeURI(s).replaceAll('#', '')}`),
);
const bodies = fc.oneof(
  fc.json(),
  fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b).toString('latin1')),
  fc.jsonValue().map((data) => JSON.stringify({ source: 'fuzz', data })),
  fc.jsonValue().map((data) => JSON.stringify({ source: 'fuzz', data: { name: 'f', device_type: data, site: data } })),
  fc.jsonValue().map((data) =>
    JSON.stringify({
      source: 'fuzz',
      entities: [{ object_type: 'interfaces', data: { device: data, name: data, tags: data, custom_fields: data } }],
    }),
  ),
);
const headerValue = fc.string({ maxLength: 60 }).map((s) => s.replace(/[^\x20-\x7e]/g, '?').trim());

describe('nothing a client can send', () => {
  it('gives a 5xx: bodies, paths, content types, encodings', async () => {
    const input = fc.record({
      path: paths,
      body: bodies,
      type: fc.oneof(
        fc.constantFrom(
          'application/json',
          'application/x-ndjson',
          'application/x-www-form-urlencoded',
          'text/plain',
          '',
        ),
        headerValue,
      ),
      encoding: fc.constantFrom(undefined, 'gzip', 'br', 'identity', 'deflate'),
      query: fc.constantFrom(
        '',
        '?dry_run=true',
        '?dry_run=%ff',
        '?wait=x',
        '?limit=-1&cursor=%00',
        '?source=a&source=b',
      ),
    });
    await fc.assert(
      fc.asyncProperty(input, async (o) => {
        const response = await fetch(`${diode.url}${o.path}${o.path.includes('?') ? '' : o.query}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            ...(o.type === '' ? {} : { 'content-type': o.type }),
            ...(o.encoding === undefined ? {} : { 'content-encoding': o.encoding }),
          },
          body: o.body,
        });
        await response.arrayBuffer();
        expect(response.status).toBeLessThan(500);
      }),
      RUNS,
    );
  });

  it('gets in: tokens of every bad kind are 401, with what to do', async () => {
    const [header = '', payload = '', signature = ''] = token.split('.');
    const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
    const tokens = fc.oneof(
      headerValue,
      fc.constantFrom(
        none,
        `${header}.${payload}`,
        `${header}.${payload}.`,
        `${header}.${payload}.${signature.slice(1)}`,
        `${header}.${payload.slice(1)}.${signature}`,
        'a.b.c',
        'x'.repeat(20_000),
      ),
    );
    await fc.assert(
      fc.asyncProperty(tokens, async (bad) => {
        const response = await fetch(`${diode.url}/api/v1/sync/status`, {
          headers: { authorization: `Bearer ${bad}` },
        });
        const body = (await response.json()) as { code: string };
        expect([response.status, body.code]).toEqual([401, 'unauthenticated']);
        expect(response.headers.get('www-authenticate')).toContain('Bearer');
      }),
      RUNS,
    );
  });

  it('breaks the connection handling: raw bytes', async () => {
    const { hostname, port } = new URL(diode.url);
    const raw = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }).map((b) => Buffer.from(b)),
      fc
        .constantFrom(
          'GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n',
          'POST /api/v1/ingest HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n',
          'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage',
          'GET / HTTP/1.1\r\n\r\n',
        )
        .map((s) => Buffer.from(s)),
    );
    await fc.assert(
      fc.asyncProperty(raw, async (bytes) => {
        const answer = await new Promise<string>((done) => {
          let text = '';
          const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(bytes));
          socket.on('data', (chunk) => (text += chunk.toString('latin1')));
          socket.on('error', () => done(text));
          socket.on('close', () => done(text));
        });
        expect(answer).not.toMatch(/^HTTP\/1\.1 5/);
      }),
      { numRuns: 60 },
    );
    expect((await fetch(`${diode.url}/health`)).status).toBe(200);
  });

  it('leaves an error in the log or a secret', async () => {
    const lines = diode
      .output()
      .split('\n')
      .filter((l) => /"level":"(error|fatal)"/.test(l));
    expect(lines).toEqual([]);
    expect(diode.output()).not.toContain(diode.clientSecret);
  });

  it('ends anywhere but in a receipt: what was accepted becomes terminal', async () => {
    const { body } = await diode.call('POST', '/api/v1/ingest?wait=30s', {
      source: 'fuzz',
      entities: [{ object_type: 'sites', data: { name: 'After the storm' } }],
    });
    expect(body.status).toBe('completed');
  });
});
