import type { HttpApp } from '../http/http-app.js';
import type { Door } from './door.js';
import { prepareToEndKeepAlive, stopListening } from './end-keep-alive.js';

const DRAIN_MS = 8_000;

/** The door of a service that speaks HTTP/1.1 only. Make it before the app listens. */
export function makeHttpDoor(app: HttpApp, o: { readonly drainMs?: number } = {}): Door {
  const endKeepAlive = prepareToEndKeepAlive(app.server);
  let closing: Promise<void> | null = null;
  return {
    leave: endKeepAlive,
    close() {
      closing ??= (async () => {
        endKeepAlive();
        await stopListening(app.server);
        const force = setTimeout(() => app.server.closeAllConnections(), o.drainMs ?? DRAIN_MS);
        await app.close();
        clearTimeout(force);
      })();
      return closing;
    },
  };
}
