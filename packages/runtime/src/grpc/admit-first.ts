import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import { toDiodeError } from '../http/problem.js';
import { toStatus } from './status.js';

/** A call of which only the headers came yet. */
export interface CallHead {
  /** The registered method. */
  readonly method: string;
  readonly authorization: string | undefined;
  /** The client's own address, proxies taken into account. */
  readonly address: string;
  /** Aborts when the client gives up or its deadline passes. */
  readonly signal: AbortSignal;
}

/**
 * An interceptor that lets a call's message be read only after `admit` accepted its headers.
 * @param o.addressOf - the client's address, from the peer's and its metadata
 * @param o.onRefused - told of each call that was not accepted, after how many seconds
 */
export function admitFirst(o: {
  readonly admit: (head: CallHead) => Promise<unknown>;
  readonly addressOf: (peer: string, metadata: Metadata) => string;
  readonly onRefused: (o: { method: string; status: number; seconds: number }) => void;
}): ServerInterceptor {
  return ({ path: method }, call) => {
    const gone = new AbortController();
    const started = performance.now();
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, proceed) {
            const [authorization] = metadata.get('authorization');
            const head: CallHead = {
              method,
              authorization: typeof authorization === 'string' ? authorization : undefined,
              address: o.addressOf(peerAddress(call), metadata),
              signal: gone.signal,
            };
            o.admit(head).then(
              () => proceed(metadata),
              (thrown: unknown) => {
                const status = toStatus(toDiodeError(thrown));
                call.sendStatus(status);
                o.onRefused({ method, status: status.code, seconds: (performance.now() - started) / 1000 });
              },
            );
          },
          onCancel: () => gone.abort(),
        });
      },
    });
  };
}

/** Empty when the connection is gone already. */
function peerAddress(call: ServerInterceptingCallInterface): string {
  return call.getConnectionInfo().remoteAddress ?? '';
}
