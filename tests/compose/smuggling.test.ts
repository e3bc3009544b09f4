import { connect } from 'node:net';
import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, expectProblem } from './lab/edge.js';
import { request, sendRaw } from './lab/raw-http.js';
import { linesOf } from './lab/services.js';
import { EDGE_PORT, stack } from './lab/stack.js';
import { testClients } from './lab/test-client.js';

const project = stack();
const clients = testClients();
let token: string;
/** Allowed to look, not to write. */
let reader: string;

beforeAll(async () => {
  token = await (await clients.make()).token();
  reader = await (await clients.make('read')).token();
});

afterAll(() => clients.remove());

const DEVICE = JSON.stringify({ source: 'smuggler', data: { name: 'SMUGGLED' } });

/** How many requests of the smuggler were stored. */
async function stored(): Promise<number> {
  const sql = "SELECT count(*) FROM syncs WHERE source = 'smuggler'";
  return Number(await project.exec('postgres', 'psql', '-U', 'diode', '-d', 'diode', '-tAc', sql));
}

/** Sent as it is; whatever comes back, nothing may have been stored. */
async function comesToNothing(bytes: string): Promise<readonly number[]> {
  const { answers } = await sendRaw(bytes, { quietMs: 1_500 });
  const statuses = answers.map((one) => one.status);
  expect(statuses.filter((one) => one < 400)).toEqual([]);
  return statuses;
}

describe('who a client says it is', () => {
  it.each([
    ['X-Diode-Client-Id', 'diode-operator'],
    ['x-diode-client-id', 'diode-operator'],
    ['X_Diode_Client_Id', 'diode-operator'],
    ['X-Diode-Auth-Status', '204'],
    ['X-Original-Uri', '/health'],
    ['X-Original-URI', '/health'],
    ['X-Original-Method', 'GET'],
    ['X_Original_Method', 'GET'],
    ['X-Forwarded-User', 'admin'],
    ['X-Auth-Request-User', 'admin'],
    ['X-Remote-User', 'admin'],
    ['Remote-User', 'admin'],
    ['Remote_User', 'admin'],
    ['X-Rewrite-Url', '/health'],
    ['X-HTTP-Method-Override', 'GET'],
  ])('%s opens nothing, once or twice, without a token or with one that may not', async (name, value) => {
    for (const copies of [1, 2]) {
      const extra = Array.from({ length: copies }, () => [name, value] as const);
      const json = [['Content-Type', 'application/json'] as const, ...extra];
      expect(await comesToNothing(request('POST', '/api/v1/ingest/devices', json, DEVICE))).toEqual([401]);
      const may = [['Authorization', `Bearer ${reader}`] as const, ...json];
      expect(await comesToNothing(request('POST', '/api/v1/ingest/devices', may, DEVICE))).toEqual([403]);
    }
    expect(await stored()).toBe(0);
  });

  it('an address in X-Forwarded-For is not believed: the log has that of the connection', async () => {
    const id = `address-${Date.now()}`;
    const headers = {
      'x-request-id': id,
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
    };
    await ask('GET', '/api/v1/sync/status', { token, headers });
    for (const service of ['ingress-nginx', 'diode-reconciler']) {
      expect(JSON.stringify(await linesOf(project, service, id))).not.toContain('203.0.113.9');
    }
  });
});

describe('paths that lead elsewhere', () => {
  it.each([
    '/health/../api/v1/ingest/devices',
    '/health/..%2fapi/v1/ingest/devices',
    '/health/%2e%2e/api/v1/ingest/devices',
    '//api/v1/ingest/devices',
    '/api//v1///ingest/devices',
    '/./api/v1/ingest/devices',
    '/api/v1/%69ngest/devices',
    '/api/v1/ingest%2fdevices',
    '/api/v1/ingest/webhook/../devices',
    '/api/v1/ingest/webhook%2f..%2fdevices',
    '/api/v1/ingest/devices%00',
    '/api/v1/ingest/devices;a=b',
    '/api/v1/ingest/devices?/health',
    '/api/v1/ingest/devices#/health',
    '/API/V1/ingest/devices',
    '/api/docs/../v1/ingest/devices',
    '/api/v1/openapi.json/../ingest/devices',
    'http://localhost/api/v1/ingest/devices',
    'http://diode-ingester/api/v1/ingest/devices',
  ])('%s', async (path) => {
    const json = [['Content-Type', 'application/json'] as const];
    await comesToNothing(request('POST', path, json, DEVICE));
    await comesToNothing(request('POST', path, [['Authorization', `Bearer ${reader}`], ...json], DEVICE));
    expect(await stored()).toBe(0);
  });
});

describe('where one request ends', () => {
  const hidden = `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${DEVICE.length}\r\n\r\n${DEVICE}`;
  const auth = `Authorization: Bearer `;

  it.each([
    [
      'both lengths',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\n${auth}${t}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'two lengths',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\n${auth}${t}\r\nContent-Length: 4\r\nContent-Length: 40\r\n\r\nabcd${hidden}`,
    ],
    [
      'an encoding of two',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\n${auth}${t}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'an obscured encoding',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\n${auth}${t}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'a space before the colon',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\n${auth}${t}\r\nTransfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n${hidden}`,
    ],
    [
      'a length below zero',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\n${auth}${t}\r\nContent-Length: -1\r\n\r\n${hidden}`,
    ],
    [
      'chunks of a wrong size',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\n${auth}${t}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n${hidden}`,
    ],
    [
      'two hosts',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\nHost: b\r\n${auth}${t}\r\nContent-Length: 0\r\n\r\n${hidden}`,
    ],
    [
      'no host',
      (t: string) => `POST /api/v1/ingest/devices HTTP/1.1\r\n${auth}${t}\r\nContent-Length: 0\r\n\r\n${hidden}`,
    ],
    [
      'a folded header',
      (t: string) =>
        `POST /api/v1/ingest/devices HTTP/1.1\r\nHost: a\r\nX-A: b\r\n ${auth}${t}\r\nContent-Length: 0\r\n\r\n${hidden}`,
    ],
  ])('%s: what hides behind is not let in by the first', async (_what, bytes) => {
    // The hidden request has no token: were it taken along with the first one's, it would be stored.
    await comesToNothing(bytes(reader));
    expect(await stored()).toBe(0);
  });
});

describe('too much, too slow', () => {
  it('a body larger than the limit is 413 before it has been sent', async () => {
    const head = request('POST', '/api/v1/ingest', [
      ['Authorization', `Bearer ${token}`],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(64 * 1024 * 1024)],
    ]);
    const { answers, seconds } = await sendRaw(head);
    expect(answers[0]?.status).toBe(413);
    expect(JSON.parse(answers[0]?.body ?? '{}')).toMatchObject({ code: 'body_too_large' });
    expect(seconds).toBeLessThan(5);
  });

  it('a body that does not come is cut off, and others are served meanwhile', async () => {
    const socket = connect({ host: 'localhost', port: Number(EDGE_PORT) });
    let said = '';
    let closed = false;
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.on('close', () => (closed = true));
    socket.on('error', () => undefined);
    const length = ['Content-Length', '1000'] as const;
    socket.write(
      request('POST', '/api/v1/ingest', [
        ['Authorization', `Bearer ${token}`],
        ['Content-Type', 'application/json'],
        length,
      ]),
    );
    socket.write('{');
    expect((await ask('GET', '/api/v1/sync/status', { token })).status).toBe(200);
    await until(async () => closed, { timeoutMs: 40_000, message: 'nginx lets the slow one go' });
    expect(said === '' || said.startsWith('HTTP/1.1 408')).toBe(true);
  });

  it('headers that are too large and a URL that is too long are refused in our words', async () => {
    const large = await sendRaw(request('GET', '/health', [['X-Large', 'x'.repeat(40_000)]]));
    expect([large.answers[0]?.status, JSON.parse(large.answers[0]?.body ?? '{}').status]).toEqual([431, 431]);
    const long = await sendRaw(request('GET', `/${'x'.repeat(40_000)}`));
    expect([long.answers[0]?.status, JSON.parse(long.answers[0]?.body ?? '{}').status]).toEqual([414, 414]);
  });

  it('two hundred silent connections leave room for others', async () => {
    const silent = Array.from({ length: 200 }, () => connect({ host: 'localhost', port: Number(EDGE_PORT) }));
    for (const socket of silent) socket.on('error', () => undefined);
    try {
      for (let i = 0; i < 20; i += 1) expect((await ask('GET', '/api/v1/sync/status', { token })).status).toBe(200);
    } finally {
      for (const socket of silent) socket.destroy();
    }
    expectProblem(await ask('GET', '/nothing'), 404, 'not_found');
  });
});
