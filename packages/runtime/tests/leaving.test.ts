import { Agent, type IncomingMessage, request } from 'node:http';
import type { Server } from 'node:net';
import { leakCheck, until } from '@diode/testkit';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import {
  buildHttpApp,
  closeOnStop,
  type Door,
  type FrontServer,
  type HttpApp,
  makeFrontServer,
  makeGrpcServer,
  makeHttpDoor,
  makeLifecycle,
  makeLogger,
} from '../src/index.js';

leakCheck({ per: 'file' });

const METHOD = '/diode.v1.IngesterService/Ingest';
const DRAIN_SECONDS = 0.5;
const logger = makeLogger({ level: 'silent', service: 't', instanceId: 'i' });

interface Instance {
  readonly app: HttpApp;
  readonly door: Door;
  /** Requests and calls it took up. */
  taken(): number;
  listen(port: number): Promise<number>;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** An answer that takes a while, as a commit does. */
async function turns(n: number): Promise<void> {
  for (let i = 0; i < n; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

function makeApp(took: () => void): HttpApp {
  const app = buildHttpApp({ logger });
  app.post('/ingest', async () => {
    took();
    await turns(3);
    return { ok: true };
  });
  return app;
}

function plainInstance(): Instance {
  let taken = 0;
  const app = makeApp(() => {
    taken += 1;
  });
  const door = makeHttpDoor(app);
  const listen = async (port: number): Promise<number> => {
    await app.listen({ host: '127.0.0.1', port });
    return portOf(app.server);
  };
  ends.push(() => door.close());
  return { app, door, taken: () => taken, listen };
}

function frontInstance(): Instance & { readonly door: FrontServer } {
  let taken = 0;
  const took = (): void => {
    taken += 1;
  };
  const app = makeApp(took);
  const ingest = async (): Promise<Uint8Array> => {
    took();
    await turns(3);
    return new Uint8Array();
  };
  const grpc = makeGrpcServer({ logger, services: { [METHOD]: ingest } });
  const door = makeFrontServer({ http: app, grpc, drainMs: 2_000 });
  ends.push(() => door.close());
  return { app, door, taken: () => taken, listen: (port) => door.listen({ host: '127.0.0.1', port }) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('not listening');
}

/** As soon as nobody listens there any more. */
function takeOver(instance: Instance, port: number): Promise<unknown> {
  return until(
    () => instance.listen(port).catch((error) => (error.code === 'EADDRINUSE' ? null : Promise.reject(error))),
    {
      message: 'the port of the predecessor',
    },
  );
}

type Outcome = 'ok' | 'not sent' | { readonly lost: string; readonly localPort: number | undefined };

/** `not sent`: refused, or reset on a connection that nobody had accepted yet when the listener closed, which no server can prevent. */
function post(agent: Agent, port: number, accepted: ReadonlySet<number>): Promise<Outcome> {
  return new Promise((resolve) => {
    let localPort: number | undefined;
    const req = request(
      { host: '127.0.0.1', port, agent, method: 'POST', path: '/ingest' },
      (answer: IncomingMessage) => {
        answer.resume();
        answer.once('end', () =>
          resolve(answer.statusCode === 200 ? 'ok' : { lost: String(answer.statusCode), localPort }),
        );
        answer.once('error', (error) => resolve({ lost: error.message, localPort }));
      },
    );
    req.once('socket', (socket) => {
      localPort = socket.localPort;
      socket.once('connect', () => {
        localPort = socket.localPort;
      });
    });
    req.once('error', (error: NodeJS.ErrnoException) => {
      const unseen = !req.reusedSocket && localPort !== undefined && !accepted.has(localPort);
      resolve(error.code === 'ECONNREFUSED' || unseen ? 'not sent' : { lost: error.message, localPort });
    });
    req.end();
  });
}

describe.each([
  ['a service with HTTP alone', plainInstance],
  ['a service with HTTP and gRPC on one port', frontInstance],
])('%s that is replaced under load', (_, make) => {
  it('loses no request on a kept connection', async () => {
    const [old, next] = [make(), make()];
    const port = await old.listen(0);
    const life = makeLifecycle({ logger });
    closeOnStop(life, { name: 'http', door: old.door, drainSeconds: DRAIN_SECONDS });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    ends.push(() => agent.destroy());
    const accepted = new Set<number>();
    for (const { app } of [old, next])
      app.server.prependListener('connection', (socket) => accepted.add(socket.remotePort ?? 0));
    let sending = true;
    let ok = 0;
    const lost: string[] = [];
    const client = async (): Promise<void> => {
      while (sending) {
        const outcome = await post(agent, port, accepted);
        if (outcome === 'ok') ok += 1;
        else if (outcome !== 'not sent') lost.push(`${outcome.lost} ${outcome.localPort}`);
        else await turns(1);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    await until(() => old.taken() > 200);
    const [, stopped] = await Promise.all([takeOver(next, port), life.stop('SIGTERM')]);
    await until(() => next.taken() > 200);
    sending = false;
    await Promise.all(clients);
    expect(lost).toEqual([]);
    expect(stopped).toEqual([]);
    expect(ok).toBe(old.taken() + next.taken());
  });
});

it('tells with an answer already under way that its connection ends', async () => {
  const { app, door, listen } = plainInstance();
  const held: (() => void)[] = [];
  app.get('/slow', async () => {
    await new Promise<void>((resolve) => held.push(resolve));
    return {};
  });
  const port = await listen(0);
  const answer = fetch(`http://127.0.0.1:${port}/slow`);
  await until(() => held.length === 1);
  door.leave();
  for (const go of held) go();
  expect((await answer).headers.get('connection')).toBe('close');
  const later = await fetch(`http://127.0.0.1:${port}/ingest`, { method: 'POST' });
  expect([later.status, later.headers.get('connection')]).toEqual([200, 'close']);
});

describe('gRPC clients of a service that is replaced under load', () => {
  it('lose no call', async () => {
    const [old, next] = [frontInstance(), frontInstance()];
    const port = await old.listen(0);
    const life = makeLifecycle({ logger });
    closeOnStop(life, { name: 'front', door: old.door, drainSeconds: DRAIN_SECONDS });
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 100,
    });
    ends.push(() => client.close());
    let sending = true;
    let ok = 0;
    const lost: string[] = [];
    const caller = async (): Promise<void> => {
      while (sending) {
        const error = await call(client);
        if (error === null) ok += 1;
        else lost.push(`${error.code} ${error.details}`);
      }
    };
    const callers = Array.from({ length: 8 }, caller);
    await until(() => old.taken() > 200);
    const [, stopped] = await Promise.all([takeOver(next, port), life.stop('SIGTERM')]);
    await until(() => next.taken() > 200);
    sending = false;
    await Promise.all(callers);
    expect(lost).toEqual([]);
    expect(stopped).toEqual([]);
    expect(ok).toBe(old.taken() + next.taken());
  });
});

/** Waits for a connection, as a client behind a proxy does not have to; a call that was sent and got no answer is an error. */
function call(client: Client): Promise<ServiceError | null> {
  const asBytes = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      METHOD,
      asBytes,
      asBytes,
      Buffer.from('hello'),
      new Metadata({ waitForReady: true }),
      (error) => resolve(error),
    );
  });
}
