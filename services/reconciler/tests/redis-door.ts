import { connect, createServer, type Socket } from 'node:net';

/** A reconciler's way to Redis, on which nothing more is said from one moment on: what it wanted to say then, Redis never heard. */
export interface RedisDoor {
  readonly url: string;
  /** Swallows what comes from now on, from connections made until then and later. */
  hold(): void;
  open(): void;
  close(): Promise<void>;
}

export async function redisDoor(target: string): Promise<RedisDoor> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
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
      one.on('data', (bytes) => isOpen && other.write(bytes));
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : 0);
  return {
    url: url.href,
    hold: () => {
      isOpen = false;
    },
    open: () => {
      isOpen = true;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
