import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

export interface SpawnNodeOptions {
  /** Run as this user and group; needs root. */
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
}

export interface NodeExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnedNode {
  readonly pid: number;
  /** Settles when the process has ended and its output is read. */
  readonly exited: Promise<NodeExit>;
  stdout(): string;
  stderr(): string;
  /** The first line of standard output that matches, as soon as it is there. Rejects, with the output, if the process ends without it. */
  line(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Sends the signal and waits for the end. Default SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<NodeExit>;
}

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Starts a TypeScript or JavaScript file in a Node of its own, our packages from source, so that a test can kill it.
 * It gets `env` on top of PATH and HOME, nothing else of ours.
 */
export function spawnNode(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  options: SpawnNodeOptions = {},
): SpawnedNode {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=diode-source', script, ...args],
    {
      cwd: options.cwd ?? REPOSITORY,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    },
  );
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  let ended = false;
  const exited = new Promise<NodeExit>((resolve, reject) => {
    child.once('error', reject);
    // 'exit', not 'close': what the process started may hold its output open after it is gone.
    child.once('exit', (code, signal) => {
      ended = true;
      resolve({ code, signal });
    });
  });
  exited.catch(() => undefined);

  return {
    pid: child.pid ?? -1,
    exited,
    stdout: () => out,
    stderr: () => err,
    async line(pattern, timeoutMs = 30_000) {
      const find = (): RegExpExecArray | null => {
        for (const line of out.split('\n')) {
          const match = pattern.exec(line);
          if (match) return match;
        }
        return null;
      };
      await until(() => find() !== null || ended, { timeoutMs, message: `a line like ${pattern}; stderr: ${err}` });
      const match = await until(find, { timeoutMs: ended ? 200 : 0 }).catch(() => null);
      if (match) return match;
      throw new Error(`The process ended without a line like ${pattern}.\nstdout: ${out}\nstderr: ${err}`);
    },
    async kill(signal = 'SIGKILL') {
      if (!ended) child.kill(signal);
      return exited;
    },
  };
}
