import { createHash } from 'node:crypto';
import { connect as connectH2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { DiodeError } from '@diode/protocol';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  buildHttpApp,
  type FrontServer,
  makeFrontServer,
  makeGrpcServer,
  makeLogger,
  makeMetrics,
  type UnaryCall,
} from '../src/index.js';

const METHOD = '/diode.v1.IngesterService/Ingest';
const SILENCE_MS = 300;
const DRAIN_MS = 1_000;
const CALL_IDLE_MS = 2_000;

interface Answer {
  readonly error: ServiceError | null;
  readonly bytes: Buffer | null;
}

let front: FrontServer;
let port: number;
let lines: string[];
let answerLater: (() => void)[];
let uncaught: unknown[];
const clients: Client[] = [];
const sockets: Socket[] = [];
const noteUncaught = (error: unknown): void => void uncaught.push(error);

async function echo(call: UnaryCall): Promise<Uint8Array> {
  if (call.header('x-fail') === 'denied') throw new DiodeError('insufficient_scope', { detail: 'no \ud800 "scope"' });
  if (call.header('x-fail') === 'fault') throw new Error('secret thing');
  if (call.header('x-fail') === 'busy') throw new DiodeError('overloaded', { detail: 'busy', retryAfterMs: 1500 });
  if (call.header('x-hold') !== undefined) await new Promise<void>((resolve) => answerLater.push(resolve));
  return createHash('sha256').update(call.message).digest();
}

beforeEach(async () => {
  lines = [];
  answerLater = [];
  uncaught = [];
  process.on('uncaughtException', noteUncaught);
  const logger = makeLogger({
    level: 'debug',
    service: 't',
    instanceId: 'i',
    destination: { write: (l) => void lines.push(l) },
  });
  const metrics = makeMetrics({ service: 't' });
  const http = buildHttpApp({ logger, metrics: metrics.http });
  http.get('/hello', async () => ({ hello: 'http' }));
  http.get('/slow', async () => {
    await new Promise<void>((resolve) => answerLater.push(resolve));
    return { done: true };
  });
  const grpc = makeGrpcServer({
    logger,
    metrics: metrics.grpc,
    services: { [METHOD]: echo },
    authenticate: async (authorization) => {
      if (authorization !== 'Bearer good') throw new DiodeError('unauthenticated', { detail: 'a token is needed' });
    },
  });
  front = makeFrontServer({ http, grpc, silenceMs: SILENCE_MS, drainMs: DRAIN_MS, callIdleMs: CALL_IDLE_MS });
  port = await front.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const answer of answerLater.splice(0)) answer();
  await front.close();
  process.off('uncaughtException', noteUncaught);
  expect(uncaught).toEqual([]);
});

function grpcClient(): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  clients.push(client);
  return client;
}

function call(
  o: { path?: string; message?: Buffer; headers?: Record<string, string>; client?: Client } = {},
): Promise<Answer> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries({ authorization: 'Bearer good', ...o.headers })) metadata.set(name, value);
  return new Promise((resolve) => {
    (o.client ?? grpcClient()).makeUnaryRequest(
      o.path ?? METHOD,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      o.message ?? Buffer.from('hello'),
      metadata,
      (error, bytes) => resolve({ error: error ?? null, bytes: bytes ?? null }),
    );
  });
}

const sha = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** Sends bytes in pieces and resolves with all that came back when the server closes. */
function raw(...pieces: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
    const send = (i: number): void => {
      const piece = pieces[i];
      if (piece !== undefined) socket.write(piece, () => setImmediate(() => send(i + 1)));
    };
    socket.on('connect', () => send(0));
  });
}

describe('one port for HTTP/1.1 and gRPC', () => {
  it('answers an HTTP/1.1 request', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/hello`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ hello: 'http' });
  });

  it.each([METHOD, `/diode${METHOD}`, `/${METHOD}`, `/diode/${METHOD}`, `/a/b/c${METHOD}`])(
    'answers a gRPC call to %s',
    async (path) => {
      expect((await call({ path })).bytes).toEqual(sha(Buffer.from('hello')));
    },
  );

  it('takes a request that dribbles in byte by byte', async () => {
    const text = 'GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    expect(await raw(...text)).toContain('{"hello":"http"}');
  });

  it('takes a preface in pieces', async () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const goaway = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const received = await raw(preface.slice(0, 3), preface.slice(3, 20), preface.slice(20), settings, goaway);
    expect(received.charCodeAt(3)).toBe(4); // a SETTINGS frame
  });

  it('takes a message of 12 MB', async () => {
    const message = Buffer.alloc(12_090_114, 7);
    expect((await call({ message })).bytes).toEqual(sha(message));
  });

  it('takes a gzip-compressed message and answers uncompressed', async () => {
    const zipped = gzipSync('hello');
    const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, zipped.length]), zipped]);
    const { headers, trailers, body } = await h2Call({ 'grpc-encoding': 'gzip', authorization: 'Bearer good' }, frame);
    expect(trailers['grpc-status'] ?? headers['grpc-status']).toBe('0');
    expect(headers['grpc-encoding']).toBe('identity');
    expect(body).toEqual(Buffer.concat([Buffer.from([0, 0, 0, 0, 32]), sha(Buffer.from('hello'))]));
  });

  it('permits a storm of keepalive pings', async () => {
    const session = connectH2(`http://127.0.0.1:${port}`);
    await new Promise((resolve) => session.once('connect', resolve));
    for (let i = 0; i < 50; i += 1) {
      await new Promise<void>((resolve, reject) => session.ping((error) => (error ? reject(error) : resolve())));
    }
    expect(session.destroyed).toBe(false);
    session.destroy();
  });
});

describe('refusals', () => {
  it('are gRPC statuses from the error table, with short printable messages', async () => {
    const { error } = await call({ headers: { 'x-fail': 'denied' } });
    expect(error).toMatchObject({ code: 7, details: 'no \ufffd "scope"' });
    expect(error?.metadata.get('diode-error-code')).toEqual(['insufficient_scope']);
  });

  it('say when to come back', async () => {
    const { error } = await call({ headers: { 'x-fail': 'busy' } });
    expect(error?.code).toBe(8);
    expect(error?.metadata.get('retry-after-ms')).toEqual(['1500']);
  });

  it('show nothing of a fault of ours, and log it', async () => {
    const { error } = await call({ headers: { 'x-fail': 'fault' } });
    expect(error?.code).toBe(13);
    expect(error?.details).not.toContain('secret thing');
    expect(lines.filter((l) => l.includes('secret thing'))).toHaveLength(1);
  });

  it('turn a stranger away before the message is read', async () => {
    const { error } = await call({ headers: { authorization: 'Bearer bad' }, message: Buffer.alloc(20_000_000) });
    expect(error).toMatchObject({ code: 16, details: 'a token is needed' });
  });

  it('name an unknown method', async () => {
    expect((await call({ path: '/diode.v1.IngesterService/Nope' })).error?.code).toBe(12);
  });

  it('stop at the message limit, also after decompression', async () => {
    expect((await call({ message: Buffer.alloc(26_214_401) })).error?.code).toBe(8);
    const bomb = gzipSync(Buffer.alloc(40_000_000));
    const head = Buffer.alloc(5);
    head.writeUInt8(1, 0);
    head.writeUInt32BE(bomb.length, 1);
    const answer = await h2Call({ 'grpc-encoding': 'gzip', authorization: 'Bearer good' }, Buffer.concat([head, bomb]));
    expect(answer.headers['grpc-status'] ?? answer.trailers['grpc-status']).toBe('8');
  });

  it('never put a malformed token into the log', async () => {
    const { headers, trailers } = await h2Call(
      { authorization: 'Bearer s3cretcaf\u00e9' },
      Buffer.from([0, 0, 0, 0, 0]),
    );
    expect(trailers['grpc-status'] ?? headers['grpc-status']).toBe('16');
    expect(lines.join('')).not.toContain('s3cret');
  });
});

describe('bad connections', () => {
  it('are closed when silent', async () => {
    expect(await raw()).toBe('');
  });

  it('are closed when they stop in the middle of the preface', async () => {
    expect(await raw('PRI * HTT')).toBe('');
  });

  it('get a problem answer when they speak neither protocol', async () => {
    const answer = await raw('\x16\x03\x01\x02\x00 this is TLS\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
  });

  it('get a 4xx for what only begins like the preface', async () => {
    expect(await raw('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n')).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('do no harm when they send garbage after the preface', async () => {
    await raw('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', Buffer.alloc(200, 0xff));
    expect((await call()).error).toBeNull();
  });

  it('are closed when an HTTP/2 client ends its side in the middle of a frame', async () => {
    const closed = new Promise<void>((done) => {
      const socket = connect({ host: '127.0.0.1', port }, () => socket.end('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nhalf'));
      socket.on('data', () => undefined);
      socket.once('close', () => done());
    });
    await closed;
  });

  it.each(['application/grpc', 'text/plain'])(
    'do no harm when a %s stream is reset in the packet of its headers',
    async (type) => {
      const literal = (name: number[], text: string): Buffer =>
        Buffer.from([...name, text.length, ...Buffer.from(text)]);
      // HPACK: :method POST, :scheme http, :authority, :path, and content-type (31 of the static table: 0x0f 0x10) as literals.
      const block = Buffer.concat([
        Buffer.from([0x83, 0x86]),
        literal([0x01], 'x'),
        literal([0x04], '/nobody/Home'),
        literal([0x0f, 0x10], type),
      ]);
      const frame = (kind: number, flags: number, stream: number, payload: Buffer): Buffer => {
        const head = Buffer.alloc(9);
        head.writeUIntBE(payload.length, 0, 3);
        head.writeUInt8(kind, 3);
        head.writeUInt8(flags, 4);
        head.writeUInt32BE(stream, 5);
        return Buffer.concat([head, payload]);
      };
      const cancel = Buffer.from([0, 0, 0, 8]);
      const streams = [1, 3, 5, 7].flatMap((id) => [frame(1, 4, id, block), frame(3, 0, id, cancel)]);
      const goaway = frame(7, 0, 0, Buffer.alloc(8));
      await raw(
        Buffer.concat([
          Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
          frame(4, 0, 0, Buffer.alloc(0)),
          ...streams,
          goaway,
        ]),
      );
      expect((await call()).error).toBeNull();
    },
  );

  it('lose a call whose message never ends', async () => {
    const session = connectH2(`http://127.0.0.1:${port}`);
    const headers = {
      ':method': 'POST',
      ':path': METHOD,
      'content-type': 'application/grpc',
      authorization: 'Bearer good',
    };
    const stream = session.request(headers);
    stream.on('error', () => undefined);
    stream.write(Buffer.from([0, 0, 0, 4, 0, 1]));
    await new Promise((resolve) => stream.on('close', resolve));
    expect(stream.rstCode).toBe(8);
    session.destroy();
  });

  it('do no harm when they are reset while they are sniffed', async () => {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('PR');
    socket.resetAndDestroy();
    expect((await call()).error).toBeNull();
  });
});

describe('closing', () => {
  it('lets running requests and calls end, and closes the connections of the idle', async () => {
    const idle = grpcClient();
    await call({ client: idle });
    const http = fetch(`http://127.0.0.1:${port}/slow`).then((r) => r.json());
    const grpc = call({ headers: { 'x-hold': '1' } });
    await expect.poll(() => answerLater.length).toBe(2);
    const closed = front.close();
    const tried = (): Promise<string> =>
      fetch(`http://127.0.0.1:${port}/hello`).then(
        () => 'answered',
        () => 'refused',
      );
    await expect.poll(tried).toBe('refused');
    for (const answer of answerLater.splice(0)) answer();
    expect(await http).toEqual({ done: true });
    expect((await grpc).error).toBeNull();
    const started = performance.now();
    await closed;
    expect(performance.now() - started).toBeLessThan(DRAIN_MS / 2);
  });

  it('does not wait for those who never end', async () => {
    const stuck = call({ headers: { 'x-hold': '1' } });
    await expect.poll(() => answerLater.length).toBe(1);
    const silent = raw();
    await front.close();
    expect((await stuck).error).not.toBeNull();
    expect(await silent).toBe('');
  });
});

interface H2Answer {
  readonly headers: Record<string, unknown>;
  readonly trailers: Record<string, unknown>;
  readonly body: Buffer;
}

function h2Call(extra: Record<string, string>, frame: Buffer): Promise<H2Answer> {
  return new Promise((resolve, reject) => {
    const session = connectH2(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': METHOD,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...extra,
    });
    let headers = {};
    let trailers = {};
    const chunks: Buffer[] = [];
    stream.on('response', (h) => {
      headers = h;
    });
    stream.on('trailers', (t) => {
      trailers = t;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      session.destroy();
      resolve({ headers, trailers, body: Buffer.concat(chunks) });
    });
    stream.end(frame);
  });
}
