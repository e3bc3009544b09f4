import { makeNetworks, type Networks } from '@diode/limits';
import {
  status as GRPC,
  type Metadata,
  Server,
  type ServerInterceptor,
  type ServerUnaryCall,
  type sendUnaryData,
  setLogger,
} from '@grpc/grpc-js';
import { toDiodeError } from '../http/problem.js';
import { requestId } from '../http/request-id.js';
import { clientAddress } from '../limits/client-address.js';
import type { RequestLimits } from '../limits/request-limits.js';
import type { Logger } from '../logger.js';
import type { GrpcMetrics } from '../metrics/grpc-metrics.js';
import { admitFirst } from './admit-first.js';
import { toStatus } from './status.js';

/** One unary call, its message still bytes: whoever owns the service decodes it. */
export interface UnaryCall {
  /** The registered method, `/diode.v1.IngesterService/Ingest`, whatever prefix the client used. */
  readonly method: string;
  readonly message: Uint8Array;
  readonly authorization: string | undefined;
  /** A text header of the call, first value. */
  readonly header: (name: string) => string | undefined;
  /** Address of the client, proxies taken into account; with its port where there is no proxy. */
  readonly peer: string;
  readonly requestId: string;
  readonly logger: Logger;
  /** Aborts when the client gives up or its deadline passes. */
  readonly signal: AbortSignal;
}

/** Answers with the encoded response. @throws DiodeError → its gRPC status; anything else → INTERNAL, logged once */
export type UnaryHandler = (call: UnaryCall) => Promise<Uint8Array>;

export interface GrpcServerOptions {
  readonly logger: Logger;
  /** By full method path. */
  readonly services: Readonly<Record<string, UnaryHandler>>;
  /** Runs on the headers, before the message is read, so that a stranger cannot make us hold 25 MB. @throws DiodeError */
  readonly authenticate?: (authorization: string | undefined) => Promise<unknown>;
  /** Counts a call after that, and holds it for a token if need be; a held call's message is not read. */
  readonly limits?: Pick<RequestLimits, 'admitCall'>;
  /** Proxies whose X-Forwarded-For is believed: addresses or CIDRs. Default none. */
  readonly trustProxy?: readonly string[];
  readonly metrics?: GrpcMetrics;
  /** Largest message in bytes, after decompression. Default 26,214,400 (25 MiB). */
  readonly maxMessageBytes?: number;
}

/**
 * A grpc-js server for unary calls on bytes. gzip and deflate are accepted, answers are never compressed; clients' keepalive
 * pings are permitted, however many (facts: diode-wire §2.4, §2.5). It does not listen: `makeFrontServer` feeds it.
 */
export function makeGrpcServer(o: GrpcServerOptions): Server {
  routeLibraryLog(o.logger);
  const proxies = makeNetworks(o.trustProxy ?? []);
  const server = new Server({
    'grpc.max_receive_message_length': o.maxMessageBytes ?? 26_214_400,
    'grpc.max_concurrent_streams': 128,
    'grpc.enable_channelz': 0,
    // A dead peer is found by our own ping; a live one answers it.
    'grpc.keepalive_time_ms': 120_000,
    'grpc.keepalive_timeout_ms': 20_000,
    ...(o.authenticate || o.limits ? { interceptors: [admission(o, proxies)] } : {}),
  });
  for (const [method, handler] of Object.entries(o.services)) {
    o.metrics?.expectMethod(method);
    server.register(method, handle(o, proxies, method, handler), asBuffer, asBuffer, 'unary');
  }
  return server;
}

function admission(o: GrpcServerOptions, proxies: Networks): ServerInterceptor {
  return admitFirst({
    async admit(head) {
      await o.authenticate?.(head.authorization);
      await o.limits?.admitCall(head);
    },
    addressOf: (peer, metadata) => clientAddress(peer, forwardedFor(metadata), proxies),
    onRefused({ method, status, seconds }) {
      o.metrics?.observe(method, status, seconds);
      o.logger.info({ method, grpc_status: status }, 'call refused before its message was read');
    },
  });
}

function handle(o: GrpcServerOptions, proxies: Networks, method: string, handler: UnaryHandler) {
  return (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
    const started = performance.now();
    const unary = describe(o, proxies, method, call);
    const done = (code: number): void => {
      const seconds = (performance.now() - started) / 1000;
      o.metrics?.observe(method, code, seconds);
      const duration_ms = Math.round(seconds * 10_000) / 10;
      unary.logger.info(
        { method, peer: unary.peer, grpc_status: code, bytes: call.request.length, duration_ms },
        'call',
      );
    };
    handler(unary).then(
      (bytes) => {
        answer(null, asBuffer(bytes));
        done(GRPC.OK);
      },
      (thrown: unknown) => {
        const error = toDiodeError(thrown);
        if (error.code === 'internal') unary.logger.error({ err: error.cause ?? error }, 'call failed');
        const status = toStatus(error);
        answer(status);
        done(status.code);
      },
    );
  };
}

function describe(
  o: GrpcServerOptions,
  proxies: Networks,
  method: string,
  call: ServerUnaryCall<Buffer, Buffer>,
): UnaryCall {
  const header = (name: string): string | undefined => textHeader(call.metadata, name);
  const id = requestId(header('x-request-id'));
  const gone = new AbortController();
  call.on('cancelled', () => gone.abort());
  return {
    method,
    message: call.request,
    authorization: header('authorization'),
    header,
    peer: peerOf(call, proxies),
    requestId: id,
    logger: o.logger.child({ request_id: id }),
    signal: gone.signal,
  };
}

function peerOf(call: ServerUnaryCall<Buffer, Buffer>, proxies: Networks): string {
  const peer = call.getPeer();
  const address = peer.replace(/:\d+$/, '');
  const client = clientAddress(address, forwardedFor(call.metadata), proxies);
  return client === address ? peer : client;
}

function forwardedFor(metadata: Metadata): string {
  return metadata.get('x-forwarded-for').map(String).join(',');
}

function textHeader(metadata: Metadata, name: string): string | undefined {
  const value = metadata.get(name)[0];
  return typeof value === 'string' ? value : undefined;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * grpc-js writes what it dislikes about a header to the console, value and all: a token with a stray byte would be in the log.
 * Its words are dropped; that it complained is kept.
 */
function routeLibraryLog(logger: Logger): void {
  const note = (): void => logger.debug('grpc-js reported a malformed call');
  setLogger({ error: note, info: note, debug: note });
}
