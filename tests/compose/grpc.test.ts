import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { until } from '@diode/testkit';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonWithPackages } from '../tools/python.js';
import { runCommand } from '../tools/run-command.js';
import { ingestRequest } from './lab/ingest-request.js';
import { without } from './lab/services.js';
import { EDGE_PORT, NETBOX, stack, TLS_PORT } from './lab/stack.js';
import { type TestClient, testClients } from './lab/test-client.js';

const METHOD = '/diode.v1.IngesterService/Ingest';
const IDENTITY = (bytes: Buffer): Buffer => bytes;
const project = stack();
const clients = testClients();

let dir: string;
let ca: string;
let client: TestClient;
let token: string;
let reader: string;
let plain: Client;
let tls: Client;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode-ca-'));
  ca = join(dir, 'ca.crt');
  writeFileSync(ca, await project.exec('ingress-nginx', 'cat', '/run/diode/ca.crt'));
  client = await clients.make();
  token = await client.token();
  reader = await (await clients.make('read')).token();
  plain = new Client(`localhost:${EDGE_PORT}`, credentials.createInsecure(), { 'grpc.max_send_message_length': -1 });
  const root = Buffer.from(await project.exec('ingress-nginx', 'cat', '/run/diode/ca.crt'));
  tls = new Client(`localhost:${TLS_PORT}`, credentials.createSsl(root));
});

afterAll(async () => {
  plain?.close();
  tls?.close();
  await clients.remove();
  await rm(dir, { recursive: true, force: true });
});

interface Call {
  readonly channel?: Client;
  readonly path?: string;
  readonly token?: string | null;
  readonly message?: Buffer;
}

/** Gives the status, with its words, of one call. */
function call(o: Call = {}): Promise<{ code: number; details: string }> {
  const metadata = new Metadata();
  const bearer = o.token === undefined ? token : o.token;
  if (bearer !== null) metadata.set('authorization', `Bearer ${bearer}`);
  const message = o.message ?? ingestRequest({ id: crypto.randomUUID(), device: 'GRPC-1', serial: 'G1' });
  const deadline = Date.now() + 20_000;
  return new Promise((done) =>
    (o.channel ?? plain).makeUnaryRequest(
      o.path ?? METHOD,
      IDENTITY,
      IDENTITY,
      message,
      metadata,
      { deadline },
      (error: ServiceError | null) =>
        done(error === null ? { code: status.OK, details: '' } : { code: error.code, details: error.details }),
    ),
  );
}

/** What the stand-in has, asked as a person with its token would. */
async function inNetbox(path: string): Promise<Record<string, unknown>[]> {
  const secret = (await project.exec('netbox-sim', 'cat', '/run/diode/netbox_token')).trim();
  const answer = await fetch(`${NETBOX}/api/${path}`, { headers: { authorization: `Token ${secret}` } });
  return ((await answer.json()) as { results: Record<string, unknown>[] }).results;
}

describe('gRPC through nginx', () => {
  it.each(['', '/diode', '/any/prefix'])('is taken without TLS below "%s", and lands', async (prefix) => {
    const device = `GRPC-PLAIN${prefix.replaceAll('/', '-').toUpperCase()}`;
    const message = ingestRequest({ id: crypto.randomUUID(), device, serial: 'S1' });
    expect(await call({ path: `${prefix}${METHOD}`, message })).toEqual({ code: status.OK, details: '' });
    await until(async () => (await inNetbox(`dcim/devices/?name=${device}`)).length === 1, {
      timeoutMs: 30_000,
      message: `${device} is in NetBox`,
    });
  });

  it('is taken with TLS', async () => {
    expect((await call({ channel: tls })).code).toBe(status.OK);
  });

  it('is refused by status, never by a page', async () => {
    expect(await call({ token: null })).toEqual({ code: status.UNAUTHENTICATED, details: 'No access token was sent.' });
    expect((await call({ token: 'nonsense' })).code).toBe(status.UNAUTHENTICATED);
    const scope = await call({ token: reader });
    expect([scope.code, scope.details]).toEqual([status.PERMISSION_DENIED, expect.stringContaining('"write"')]);
    expect((await call({ channel: tls, token: null })).code).toBe(status.UNAUTHENTICATED);
    expect((await call({ path: '/diode.v1.IngesterService/Nothing' })).code).toBe(status.UNIMPLEMENTED);
    expect((await call({ message: Buffer.from('not a message') })).code).toBe(status.INVALID_ARGUMENT);
  });

  it('says which limit a message is over, and the channel lives on', async () => {
    expect((await call({ message: Buffer.alloc(28 * 1024 * 1024) })).code).toBe(status.RESOURCE_EXHAUSTED);
    expect((await call()).code).toBe(status.OK);
  });

  it('may ping on an idle channel', async () => {
    const pinging = new Client(`localhost:${EDGE_PORT}`, credentials.createInsecure(), {
      'grpc.keepalive_time_ms': 1_000,
      'grpc.keepalive_permit_without_calls': 1,
    });
    try {
      expect((await call({ channel: pinging })).code).toBe(status.OK);
      const until20s = Date.now() + 20_000;
      await until(async () => Date.now() > until20s, { timeoutMs: 25_000, message: 'twenty pings have gone' });
      // READY: the connection is the one of the first call.
      expect(pinging.getChannel().getConnectivityState(false)).toBe(2);
      expect((await call({ channel: pinging })).code).toBe(status.OK);
    } finally {
      pinging.close();
    }
  });

  it('is UNAVAILABLE, which may be tried again, while the ingester or diode-auth is away', async () => {
    await without(project, 'diode-ingester', async () => {
      expect((await call()).code).toBe(status.UNAVAILABLE);
    });
    await without(project, 'diode-auth', async () => {
      expect((await call({ token: `${token}x` })).code).toBe(status.UNAVAILABLE);
    });
    await until(async () => (await call()).code === status.OK, { timeoutMs: 30_000, message: 'calls are taken again' });
  });
});

describe('the official Python SDK', () => {
  it.each([
    ['without TLS', () => `grpc://localhost:${EDGE_PORT}/diode`],
    ['with TLS', () => `grpcs://localhost:${TLS_PORT}/diode`],
  ])('gets its token and lands what it says, %s', async (_how, target) => {
    const run = await runCommand(
      await pythonWithPackages(),
      ['tests/fixtures/sdk_client.py', target(), client.id, client.secret],
      { env: { DIODE_CERT_FILE: ca } },
    );
    expect(run.stderr).toBe('');
    expect(run.stdout).toContain('errors: []');
    await until(async () => (await inNetbox('dcim/devices/?name=sdk-sw-1')).length === 1, {
      timeoutMs: 30_000,
      message: 'its device is in NetBox',
    });
  });

  it('a client that offers no ALPN is spoken to in HTTP/1.1, as the Go SDK asks for its token', async () => {
    const form = `grant_type=client_credentials&client_id=${client.id}&client_secret=${client.secret}`;
    const socket = connect({
      host: 'localhost',
      port: Number(TLS_PORT),
      ca: [await project.exec('ingress-nginx', 'cat', '/run/diode/ca.crt')],
    });
    let said = '';
    let version: string | null = null;
    socket.once('secureConnect', () => (version = socket.getProtocol()));
    socket.on('data', (chunk) => (said += chunk.toString()));
    socket.write(
      `POST /diode/auth/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
    );
    await until(async () => said.includes('access_token'), { timeoutMs: 15_000, message: 'a token over HTTP/1.1' });
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
    expect(socket.alpnProtocol).toBe(false);
    expect(['TLSv1.2', 'TLSv1.3']).toContain(version);
    socket.destroy();
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('%s is refused', async (version) => {
    const socket = connect({
      host: 'localhost',
      port: Number(TLS_PORT),
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
    });
    const failed = await new Promise<boolean>((done) => {
      socket.once('error', () => done(true));
      socket.once('secureConnect', () => done(false));
    });
    socket.destroy();
    expect(failed).toBe(true);
  });
});
