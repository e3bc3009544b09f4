import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import type { Account } from './account.js';
import { waitFor } from './wait-for.js';

/** A server in a process of its own, which we started or found. It may outlive us, and is then adopted at the next start. */
export interface ServerProcess {
  readonly pid: number;
  isAlive(): boolean;
}

export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly account: Account;
  readonly cwd: string;
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** One old log is kept beside a new one. */
const LOG_LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * Starts a server in a session of its own (Ctrl-C in our terminal must reach us alone: we stop it when our own work is
 * done), its output going to a file that stays open when we die. Nothing of our environment is passed on.
 *
 * @throws the system's error when the program cannot be run
 */
export async function spawnServer(options: SpawnOptions): Promise<ServerProcess> {
  const size = await stat(options.logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(options.logFile, `${options.logFile}.1`);
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...BARE_ENV, ...options.env },
      ...(options.account.switched ? { uid: options.account.uid, gid: options.account.gid } : {}),
    });
    await once(child, 'spawn');
    child.unref();
    return ownProcess(child);
  } finally {
    await log.close();
  }
}

/** What our children get instead of our environment. */
export const BARE_ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

function ownProcess(child: ChildProcess): ServerProcess {
  const pid = child.pid ?? -1;
  return { pid, isAlive: () => child.exitCode === null && child.signalCode === null };
}

/** A running process that is not our child. */
export function foundProcess(pid: number): ServerProcess {
  return { pid, isAlive: () => isAlive(pid) };
}

/** True while the system knows `pid`, as a zombie too. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** True while `pid` runs. A zombie is dead: in a container without an init nobody collects what we left behind. */
export function isAlive(pid: number): boolean {
  if (!processExists(pid)) return false;
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}

/** The arguments `pid` was started with; readable for every user, unlike its working directory. Empty if unknown. */
export function argumentsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .filter((argument) => argument !== '');
  } catch {
    return [];
  }
}

/** Sends the signals in turn, each with its own patience in milliseconds, until the process is gone. */
export async function endProcess(
  server: ServerProcess,
  steps: readonly (readonly [signal: NodeJS.Signals, patienceMs: number])[],
): Promise<void> {
  for (const [signal, timeoutMs] of steps) {
    if (!server.isAlive()) return;
    try {
      process.kill(server.pid, signal);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
      throw error;
    }
    if (await waitFor(() => !server.isAlive(), { timeoutMs })) return;
  }
}

/** The last lines of a server's log, for a message about why it did not start. */
export async function logTail(logFile: string, from: number): Promise<string> {
  const file = await open(logFile, 'r').catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(from > size ? 0 : from, size - 2000);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2000), 0, 2000, start);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
