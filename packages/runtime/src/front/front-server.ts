import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Server as GrpcServer } from '@grpc/grpc-js';
import { openInjector } from '../grpc/inject.js';
import type { HttpApp } from '../http/http-app.js';
import type { Door } from './door.js';
import { prepareToEndKeepAlive, stopListening } from './end-keep-alive.js';
import { sniff } from './sniff.js';

export interface FrontServerOptions {
  readonly http: HttpApp;
  readonly grpc: GrpcServer;
  /** A connection that says nothing, or half a preface, for this long is closed. Default 15 s. */
  readonly silenceMs?: number;
  /** A gRPC call on which nothing moves for this long is cancelled. Default 120 s. */
  readonly callIdleMs?: number;
  /** How long running gRPC calls may take to end once closing has begun. Default 8 s. */
  readonly drainMs?: number;
}

/** `close` lets running requests and calls end for up to `drainMs`. */
export interface FrontServer extends Door {
  /** @returns the port that was bound */
  listen(o: { host: string; port: number }): Promise<number>;
}

/** A connection accepted just before we stopped listening may still say what it wants, and who heard our goodbye may have a call on its way. */
const LAST_WORD_MS = 500;

/**
 * HTTP/1.1 and gRPC (h2c, prior knowledge) on one socket: the first bytes of a connection decide, the socket itself is handed
 * over, there is no second hop. The listener is the HTTP app's own server, so its time-outs and connection tracking stay in
 * force; only the handling of new connections is put behind the sniffer.
 */
export function makeFrontServer(o: FrontServerOptions): FrontServer {
  const http1: HttpServer = o.http.server;
  const injector = openInjector(o.grpc, o.callIdleMs ?? 120_000);
  const undecided = new Set<Socket>();
  const serveHttp1 = takeOver(http1);
  const endKeepAlive = prepareToEndKeepAlive(http1);
  const silenceMs = o.silenceMs ?? 15_000;
  const drainMs = o.drainMs ?? 8_000;
  http1.on('connection', (socket: Socket) => {
    undecided.add(socket);
    sniff(socket, silenceMs, (protocol) => {
      undecided.delete(socket);
      if (protocol === 'h2') {
        endWhenClientEnds(socket);
        injector.injectConnection(socket);
      } else if (protocol === 'http1') {
        serveHttp1(socket);
        socket.resume();
      }
    });
  });
  const leave = (): void => {
    endKeepAlive();
    injector.leave({ last: false });
  };
  async function close(): Promise<void> {
    leave();
    await stopListening(http1);
    injector.leave({ last: true });
    const lastWord = setTimeout(
      () => {
        for (const socket of undecided) socket.destroy();
        injector.drain(drainMs);
      },
      Math.min(LAST_WORD_MS, silenceMs),
    );
    const force = setTimeout(() => http1.closeAllConnections(), drainMs);
    await o.http.close();
    clearTimeout(lastWord);
    clearTimeout(force);
    injector.destroy();
    o.grpc.forceShutdown();
  }
  let closing: Promise<void> | null = null;
  return {
    async listen({ host, port }) {
      await o.http.listen({ host, port });
      return (http1.address() as AddressInfo).port;
    },
    leave,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** The listener allows half-open sockets, which HTTP/1.1 needs; an HTTP/2 client that ends its side is gone, and its session must not stay. */
function endWhenClientEnds(socket: Socket): void {
  socket.once('end', () => socket.destroySoon());
}

/** Removes the HTTP server's own connection listener and returns it as a function. */
function takeOver(server: HttpServer): (socket: Socket) => void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  return (socket) => {
    for (const listener of listeners) listener.call(server, socket);
  };
}
