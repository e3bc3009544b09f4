import net from 'node:net';

export const JS_REDIS_WARNING =
  'No Redis is installed here, and Debian’s package could not be had: a Redis written in JavaScript is used. It is for trying out only: slow, and empty after each start. Install redis-server (6.2 or newer) or set DIODE_REDIS_URL.';

/**
 * js-redis-server inside this process, on loopback and with a password, behind a listener of our own: its own one binds
 * every interface, and leaves Nagle's algorithm on, which costs 44 ms a pipeline.
 */
export async function listenInJavaScript(port: number, password: string): Promise<{ close(): Promise<void> }> {
  // Loaded when needed: it is large, and most machines have a Redis.
  const { RedisServerState, createRedisCommandExecutor, attachSession, SocketConnectionTransport } = await import(
    'js-redis-server/core'
  );
  const state = new RedisServerState({ requirepass: password });
  const executor = createRedisCommandExecutor();
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true, keepAlive: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    attachSession(new SocketConnectionTransport(socket), { state, executor });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => resolve());
  });
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      state.close();
    },
  };
}
