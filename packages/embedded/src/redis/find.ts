import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../log.js';
import type { Place } from '../place.js';
import { BARE_ENV } from '../server-process.js';

/** A Redis or Valkey server program. */
export interface RedisProgram {
  readonly command: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The queue reclaims with XAUTOCLAIM, which came with 6.2. */
const FLOOR = [6, 2] as const;
const NAMES = ['redis-server', 'valkey-server'];

/** The first program in `path` (directories, as in PATH) that runs for the place's account and is new enough; null if none. */
export async function findRedis(place: Place, path: string, log: Log): Promise<RedisProgram | null> {
  for (const name of NAMES) {
    for (const dir of path.split(':').filter((entry) => entry.startsWith('/'))) {
      const command = join(dir, name);
      const version = await redisVersion(command, {}, place);
      if (version === null) continue;
      if (isNewEnough(version)) return { command, version, env: {} };
      log.warn({ part: 'redis', command, version }, 'this Redis is older than 6.2 and not used');
    }
  }
  return null;
}

/** What `command --version` says (`7.0.15`), or null if it does not run here. */
export async function redisVersion(
  command: string,
  env: Readonly<Record<string, string>>,
  { account }: Place,
): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], {
      cwd: '/',
      env: { ...BARE_ENV, ...env },
      timeout: 10_000,
      ...(account.switched ? { uid: account.uid, gid: account.gid } : {}),
    });
    return /v=(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]);
}
