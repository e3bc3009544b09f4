import net from 'node:net';
import { DiodeError } from '@diode/protocol';

/** Tries to listen on 127.0.0.1:`port` (0 = any): the port got, or null if it is taken. */
function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port }, () => {
      const address = server.address();
      const got = typeof address === 'object' && address ? address.port : null;
      server.close(() => resolve(got));
    });
  });
}

/**
 * A port for a server we start: the one asked for, else the last one if free, else any free one. Between this look and the
 * server's own bind another process can take it; who starts the server tries again then.
 *
 * @throws DiodeError `config_invalid` when the port asked for is taken
 */
export async function choosePort(part: string, asked: number | undefined, last: number | null): Promise<number> {
  if (asked) {
    const got = await tryPort(asked);
    if (got !== null) return got;
    throw new DiodeError('config_invalid', {
      detail: `Port ${asked} for ${part} is taken by another program. Choose another, or leave it out for any free one.`,
    });
  }
  const port = (last === null ? null : await tryPort(last)) ?? (await tryPort(0));
  if (port !== null) return port;
  throw new DiodeError('config_invalid', { detail: `There is no free port on 127.0.0.1 for ${part}.` });
}
