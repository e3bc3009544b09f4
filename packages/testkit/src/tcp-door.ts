import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can make lossy: what is between two processes and fails on its own. */
export interface TcpDoor {
  /** The target's URL, through the door. */
  readonly url: string;
  /** All is let through, also by connections made while it was not. */
  open(): void;
  /** Connections stay; what either side says from now on is lost. */
  hold(): void;
  /** Connections stay; what the server says from now on is lost, what it is told arrives. */
  deafen(): void;
  /** Ends every connection, and each new one, until it is opened. */
  shut(): void;
  close(): Promise<void>;
}

/** Opens a door on a free port of 127.0.0.1 before the server a URL names. */
export async function tcpDoor(target: string): Promise<TcpDoor> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let mode: 'open' | 'held' | 'deaf' | 'shut' = 'open';
  const server = createServer((client) => {
    if (mode === 'shut') return void client.destroy();
    const upstream = connect(Number(to.port), to.hostname);
    client.on('data', (bytes) => (mode === 'open' || mode === 'deaf') && upstream.write(bytes));
    upstream.on('data', (bytes) => mode === 'open' && client.write(bytes));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : 0);
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const set = (next: typeof mode) => (): void => {
    mode = next;
    if (next === 'shut') endAll();
  };
  return {
    url: url.href,
    open: set('open'),
    hold: set('held'),
    deafen: set('deaf'),
    shut: set('shut'),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        endAll();
      }),
  };
}
