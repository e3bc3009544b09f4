import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiodeError } from '@diode/protocol';

/** Held until released or until the process is gone, however it goes. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * One holder of `part` in `dataDir` at a time. The lock is a listening socket, because the kernel lets go of it when the
 * process is killed, where a pid file would stay and could name another process by then. Who asks is told the holder's pid.
 *
 * @param id the data directory's own random id, so that two paths to it are one lock
 * @throws DiodeError `config_invalid` when another process, or this one, holds it
 */
export async function takeLock(dataDir: string, id: string, part: string): Promise<Lock> {
  const name = `diode-${createHash('sha256').update(`${id}/${part}`).digest('hex').slice(0, 24)}`;
  // An abstract socket (Linux) leaves no file behind. Elsewhere a file stays after a kill, and one nobody answers on is removed.
  const abstract = process.platform === 'linux';
  const path = abstract ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  for (let attempt = 0; ; attempt += 1) {
    const server = await listen(path);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    const holder = await askHolder(path);
    if (holder === 'gone' && attempt < 5) {
      if (!abstract) await rm(path, { force: true });
      continue;
    }
    const who = holder === 'gone' || holder === 'silent' ? 'another process' : `process ${holder}`;
    throw new DiodeError('config_invalid', {
      detail: `${who} already runs ${part} in ${dataDir}. Stop it, or set DIODE_DATA_DIR to another directory.`,
    });
  }
}

function listen(path: string): Promise<net.Server | null> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(String(process.pid));
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen({ path }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function askHolder(path: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = net.connect({ path, timeout: 1000 });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said += text;
    });
    socket.once('end', () => resolve(said === '' ? 'silent' : said));
    socket.once('error', () => resolve('gone'));
    socket.once('timeout', () => {
      socket.destroy();
      resolve('silent');
    });
  });
}
