import type { Http2Server } from 'node:http2';
import type { Socket } from 'node:net';

/**
 * GOAWAY with the highest stream id there is and no error (RFC 9113, 6.8): make no new stream here; those on their way are still served.
 *
 * Written past `session.goaway`, because nghttp2 takes a session without open streams for finished once it has sent one, and Node then stops
 * reading from it: a call on its way would wait for ever. Node writes whole frames only, so ours falls between two.
 */
const GOAWAY = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

export interface Farewell {
  /** Told of each socket before its session is made. */
  watch(socket: Socket): void;
  /**
   * Says goodbye to every client that is here. Those who come later are left in peace until the `last` goodbye: one that is sent away
   * at once from each new connection gives up.
   */
  say(o: { readonly last: boolean }): void;
}

export function makeFarewell(server: Http2Server): Farewell {
  /** Whose SETTINGS exchange is done: nothing may come before ours, and that the client acknowledged them says that they were sent. */
  const settled = new Set<Socket>();
  const told = new WeakSet<Socket>();
  let arriving: Socket | null = null;
  let last = false;
  const tell = (socket: Socket): void => {
    if (told.has(socket) || !socket.writable) return;
    told.add(socket);
    socket.write(GOAWAY);
  };
  server.on('session', (session) => {
    const socket = arriving;
    arriving = null;
    if (socket === null) return;
    session.once('localSettings', () => {
      settled.add(socket);
      if (last) tell(socket);
    });
    session.once('close', () => settled.delete(socket));
  });
  return {
    watch(socket) {
      arriving = socket;
    },
    say(o) {
      last ||= o.last;
      for (const socket of settled) tell(socket);
    },
  };
}
