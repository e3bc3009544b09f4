import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DiodeError } from '@diode/protocol';
import { type Account, serverAccount } from './account.js';
import { makeOpenDir } from './open-dir.js';
import { isReachable } from './reachable.js';
import { readOrMakeSecret } from './secret-file.js';

/** Where root keeps what a server run as `nobody` could not reach below a closed directory. Both are root's own to write. */
export interface SystemDirs {
  readonly state: string;
  readonly cache: string;
}
export const SYSTEM_DIRS: SystemDirs = { state: '/var/lib/diode', cache: '/var/cache/diode' };

/** Where one part of one data directory lives. */
export interface Place {
  readonly dataDir: string;
  /** The data directory's own random id. */
  readonly id: string;
  readonly account: Account;
  /** 0700, ours: passwords and the last port. */
  readonly privateDir: string;
  /** 0700, owned by `account`: the server's data and log. */
  readonly home: string;
  /** Binaries that had to be copied or fetched; `account` can read it, only we can write it. */
  readonly cacheDir: string;
}

/**
 * Makes the directories of `part`. As root they are in `dataDir` only if `nobody` can enter it; below a closed home
 * (/root is 0700) the data goes to `/var/lib/diode/<part>-<id>`. Not to /var/tmp: systemd empties that of what is 30 days old.
 */
export async function makePlace(dataDir: string, part: string, system: SystemDirs = SYSTEM_DIRS): Promise<Place> {
  const account = await serverAccount();
  const root = await makeDataDir(dataDir, account);
  const privateDir = join(root, 'private');
  await mkdir(privateDir, { recursive: true, mode: 0o700 });
  await refuseForeign(privateDir);
  const id = await readOrMakeSecret(join(privateDir, 'id'));

  const inside = await isReachable(root, account);
  const name = `${part}-${id.slice(0, 16)}`;
  const home = inside ? join(root, part) : join(system.state, name);
  if (!inside) {
    await makeOpenDir(system.state);
    await writeFile(join(system.state, `${name}.belongs-to`), `${root}\n`);
  }
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (account.switched) await chown(home, account.uid, account.gid);
  return {
    dataDir: root,
    id,
    account,
    privateDir,
    home,
    cacheDir: account.switched ? system.cache : join(root, 'cache'),
  };
}

async function makeDataDir(dataDir: string, account: Account): Promise<string> {
  try {
    if (account.switched) await makeOpenDir(resolve(dataDir));
    else await mkdir(dataDir, { recursive: true });
    return await realpath(dataDir);
  } catch (error) {
    throw new DiodeError('config_invalid', {
      detail: `The data directory ${dataDir} cannot be made: ${error instanceof Error ? error.message : String(error)}. Set DIODE_DATA_DIR to a place you can write to.`,
      cause: error,
    });
  }
}

/** One user's directory stays that user's, root included: files of two owners would lock one of them out for good. */
async function refuseForeign(privateDir: string): Promise<void> {
  const us = process.getuid?.();
  const owner = (await stat(privateDir)).uid;
  if (us === undefined || owner === us) return;
  throw new DiodeError('config_invalid', {
    detail: `${dirname(privateDir)} belongs to a Diode that user ${owner} started, and we are user ${us}. Start it as that user again, or set DIODE_DATA_DIR to another directory.`,
  });
}

/** The port `part` had last time, so that it stays the same as long as it is free. */
export async function lastPort(place: Place, part: string): Promise<number | null> {
  const text = await readFile(join(place.privateDir, `${part}.port`), 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

export async function rememberPort(place: Place, part: string, port: number): Promise<void> {
  await writeFile(join(place.privateDir, `${part}.port`), `${port}\n`);
}

/** A name for a file or directory in the making, beside the one it will be renamed to. */
export function besides(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}`;
}
