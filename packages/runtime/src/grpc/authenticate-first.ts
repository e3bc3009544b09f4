import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { toDiodeError } from '../http/problem.js';
import { toStatus } from './status.js';

/** An interceptor that lets a call's message be read only after its `authorization` was accepted. */
export function authenticateFirst(
  authenticate: (authorization: string | undefined) => Promise<unknown>,
): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata(metadata, proceed) {
            const value = metadata.get('authorization')[0];
            authenticate(typeof value === 'string' ? value : undefined).then(
              () => proceed(metadata),
              (thrown: unknown) => call.sendStatus(toStatus(toDiodeError(thrown))),
            );
          },
        });
      },
    });
}
