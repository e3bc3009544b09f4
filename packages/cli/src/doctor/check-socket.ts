import { connect } from 'node:net';
import { type Finding, failing, fine } from './finding.js';

const TIMEOUT_MS = 5_000;

/** Does something accept connections where a database URL points? The URL's password is never shown. */
export function checkSocket(url: string): Promise<Finding> {
  const { hostname, port: given, protocol } = new URL(url);
  const [name, variable, standard] = protocol.startsWith('redis')
    ? (['Redis', 'DIODE_REDIS_URL', 6379] as const)
    : (['Postgres', 'DIODE_DATABASE_URL', 5432] as const);
  const port = given === '' ? standard : Number(given);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const check = `${name} at ${hostname}:${port}`;
  const remedy = `Check that ${name} runs there, that ${variable} names it, and the firewall between.`;
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const done = (finding: Finding): void => {
      socket.destroy();
      resolve(finding);
    };
    socket.once('connect', () => done(fine(check, 'accepts connections')));
    socket.once('timeout', () => done(failing(check, `no answer in ${TIMEOUT_MS / 1_000} s`, remedy)));
    socket.once('error', (error: NodeJS.ErrnoException) => done(failing(check, error.code ?? error.message, remedy)));
  });
}
