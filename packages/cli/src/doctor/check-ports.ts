import { createServer } from 'node:net';
import { type Finding, failing, fine } from './finding.js';

export interface PortToTry {
  /** The variable that moves it. */
  readonly env: string;
  /** 0 means any, so there is nothing to try. */
  readonly port: number;
}

/** Can the standalone listen on its ports? For when nothing of ours runs yet. */
export async function checkPorts(host: string, ports: readonly PortToTry[]): Promise<readonly Finding[]> {
  return Promise.all(ports.filter(({ port }) => port !== 0).map((one) => checkPort(host, one)));
}

async function checkPort(host: string, one: PortToTry): Promise<Finding> {
  const check = `port ${one.port}`;
  const code = await tryToListen(host, one.port);
  if (code === null) return fine(check, 'free');
  if (code === 'EADDRINUSE')
    return failing(check, 'taken by another program', `Stop that program, or set ${one.env} to another port.`);
  if (code === 'EACCES')
    return failing(check, 'not allowed for this user', `Set ${one.env} to a port of 1024 or above.`);
  return failing(check, `cannot be listened on at ${host} (${code})`, 'Set DIODE_HOST to an address of this machine.');
}

/** null, or the code of what went wrong. */
function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(null)));
  });
}
