import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a request is stopped: before NetBox gets it, or after NetBox did it and before anybody hears so. */
export type Where = 'before NetBox' | 'after NetBox';

export interface Stop {
  /** Settles when a request was stopped. */
  readonly reached: Promise<void>;
  /** Lets it go on: to NetBox, or back to who asked. Settles when that is done. */
  release(): Promise<void>;
}

/** The only way from a reconciler to NetBox, with a keeper who stops a request at a named place and remembers every write that went in. */
export interface NetboxDoor {
  readonly url: string;
  /** Stops the first request that matches; later ones go through. */
  stop(match: (method: string, path: string) => boolean, where: Where): Stop;
  /** Nothing goes through, connections are cut, until it is opened again. */
  shut(): () => void;
  /** Bodies of the writes that reached NetBox, one an object. */
  writes(): readonly { readonly method: string; readonly path: string; readonly body: Record<string, unknown> }[];
  close(): Promise<void>;
}

interface Waiting {
  readonly match: (method: string, path: string) => boolean;
  readonly where: Where;
  readonly reached: Signal;
  readonly released: Signal;
  readonly passed: Signal;
}

interface Signal {
  readonly given: Promise<void>;
  give(): void;
}

function makeSignal(): Signal {
  let give: () => void = () => undefined;
  const given = new Promise<void>((done) => {
    give = done;
  });
  return { given, give };
}

export async function netboxDoor(target: string): Promise<NetboxDoor> {
  const stops: Waiting[] = [];
  const writes: { method: string; path: string; body: Record<string, unknown> }[] = [];
  let isOpen = true;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [method, path] = [request.method ?? 'GET', request.url ?? '/'];
    const found = stops.findIndex((one) => one.match(method, path));
    const stop = found < 0 ? undefined : stops.splice(found, 1)[0];
    if (stop?.where === 'before NetBox') {
      stop.reached.give();
      await stop.released.given;
    }
    const body = Buffer.concat(chunks);
    if (method !== 'GET') writes.push(...objectsOf(body).map((one) => ({ method, path, body: one })));
    const answer = await fetch(`${target}${path}`, {
      method,
      headers: Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value !== 'string' || HOP.has(name) ? [] : [[name, value]],
      ),
      ...(body.length === 0 ? {} : { body }),
    });
    const text = Buffer.from(await answer.arrayBuffer());
    if (stop?.where === 'after NetBox') {
      stop.reached.give();
      await stop.released.given;
    }
    response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => !HOP.has(name))));
    response.end(text);
    stop?.passed.give();
  }

  const server = createServer((request, response) => {
    if (!isOpen) return void request.socket.destroy();
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop(match, where) {
      const one = { match, where, reached: makeSignal(), released: makeSignal(), passed: makeSignal() };
      stops.push(one);
      return {
        reached: one.reached.given,
        release: () => {
          one.released.give();
          return one.passed.given;
        },
      };
    },
    shut() {
      isOpen = false;
      server.closeAllConnections();
      return () => {
        isOpen = true;
      };
    },
    writes: () => writes,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Headers of one connection, not of the message; the length is told anew. */
const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'content-encoding', 'expect']);

function objectsOf(body: Buffer): Record<string, unknown>[] {
  if (body.length === 0) return [];
  const parsed = JSON.parse(body.toString()) as Record<string, unknown> | Record<string, unknown>[];
  return Array.isArray(parsed) ? parsed : [parsed];
}
