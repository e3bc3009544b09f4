import { constants, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { type ConnectionInjector, type Server, ServerCredentials } from '@grpc/grpc-js';
import { makeFarewell } from './farewell.js';
import { methodPath } from './method-path.js';

export interface Injector extends Omit<ConnectionInjector, 'injectConnection'> {
  injectConnection(socket: Socket): void;
  /** Still takes calls, and asks the clients that are here to make their next ones on another connection; `last`: those who come now, too. */
  leave(o: { readonly last: boolean }): void;
}

/**
 * Opens a grpc-js server for sockets accepted elsewhere, and makes its routing blind to path prefixes.
 *
 * grpc-js looks handlers up by the exact `:path` and offers no hook before that: interceptors run after the look-up, and
 * registering every alias is impossible because any prefix is allowed. Its connection injector owns a plain `http2.Server`, held
 * in the private map `http2Servers`; a listener of ours stands before its only `stream` listener, rewrites the `:path` header
 * both share, and keeps a stream that was reset in the same packet as its headers from reaching `respond`, which would
 * throw out of an event handler and end the process. The version of grpc-js is pinned and this fails at start, loudly, if the
 * field should ever go. A call on which nothing moves for `idleMs` is cancelled.
 */
export function openInjector(grpc: Server, idleMs: number): Injector {
  const before = new Set(http2ServersOf(grpc));
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const own = http2ServersOf(grpc).filter((server) => !before.has(server));
  const [http2Server] = own;
  if (http2Server === undefined || own.length !== 1)
    throw new TypeError('grpc-js made no http2 server for its injector');
  standBefore(http2Server, idleMs);
  const farewell = makeFarewell(http2Server);
  return {
    injectConnection(socket) {
      farewell.watch(socket);
      injector.injectConnection(socket);
    },
    leave: farewell.say,
    drain: (graceMs) => injector.drain(graceMs),
    destroy: () => injector.destroy(),
  };
}

function http2ServersOf(grpc: Server): Http2Server[] {
  const servers: unknown = Reflect.get(grpc, 'http2Servers');
  if (servers instanceof Map) return [...servers.keys()];
  throw new TypeError('this version of grpc-js keeps its http2 servers elsewhere; see grpc/inject.ts');
}

function standBefore(server: Http2Server, idleMs: number): void {
  const listeners = server.listeners('stream');
  const [route] = listeners;
  if (route === undefined || listeners.length !== 1)
    throw new TypeError('grpc-js has an unexpected set of stream listeners');
  server.removeAllListeners('stream');
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined); // a reset by the client is its own business
    if (stream.destroyed || stream.closed) return;
    // grpc-js waits for ever for the rest of a message.
    stream.setTimeout(idleMs, () => stream.close(constants.NGHTTP2_CANCEL));
    headers[':path'] = methodPath(headers[':path'] ?? '/');
    try {
      route.call(server, stream, headers);
    } catch {
      stream.destroy();
    }
  });
}
