import { execFile } from 'node:child_process';
import { chown, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DiodeError } from '@diode/protocol';
import type { Log } from '../log.js';
import { besides, type Place } from '../place.js';
import { readOrMakeSecret, readSecret } from '../secret-file.js';
import { BARE_ENV } from '../server-process.js';
import type { PostgresBinaries } from './binaries.js';

export const SUPERUSER = 'diode';

/** A data directory that a server can be started on, and its superuser's password. */
export interface Cluster {
  readonly dir: string;
  readonly password: string;
}

/**
 * The cluster in the place's home, made when there is none. It is made under another name and renamed when complete, so that a
 * kill in between leaves nothing that looks like one.
 *
 * @throws DiodeError `config_invalid` when the data is of another major version or its password is gone
 */
export async function openCluster(
  place: Place,
  binaries: PostgresBinaries,
  durable: boolean,
  log: Log,
): Promise<Cluster> {
  const dir = join(place.home, 'data');
  const passwordFile = join(place.privateDir, 'postgres.password');
  const major = await readFile(join(dir, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
  if (major === null) {
    log.info({ part: 'postgres', dir }, 'making a new database cluster');
    const password = await readOrMakeSecret(passwordFile);
    await initialise(place, binaries, dir, password, durable);
    return { dir, password };
  }
  if (major !== binaries.version.split('.')[0]) {
    throw new DiodeError('config_invalid', {
      detail: `The data in ${dir} is of Postgres ${major}, and the installed programs are ${binaries.version}. Install the Diode that wrote it, or dump it there and load it here.`,
    });
  }
  const password = await readSecret(passwordFile);
  if (password === null) {
    throw new DiodeError('config_invalid', {
      detail: `The password of the database in ${dir} is missing: ${passwordFile}. Put it back, or remove ${dir} to start afresh.`,
    });
  }
  return { dir, password };
}

async function initialise(
  place: Place,
  binaries: PostgresBinaries,
  dir: string,
  password: string,
  durable: boolean,
): Promise<void> {
  const { account, home } = place;
  for (const name of await readdir(home)) {
    if (/^data\.[0-9a-f]{12}(\.pw)?$/.test(name)) await rm(join(home, name), { recursive: true, force: true });
  }
  const draft = besides(dir);
  const passwordFile = `${draft}.pw`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (account.switched) await chown(passwordFile, account.uid, account.gid);
  // The built-in C.UTF-8 knows case beyond ASCII, sorts by code point, and is the same on every machine.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const access = ['--username', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  try {
    await promisify(execFile)(
      binaries.initdb,
      ['-D', draft, ...locale, ...access, '--no-instructions', ...(durable ? [] : ['--no-sync'])],
      {
        cwd: home,
        env: BARE_ENV,
        timeout: 120_000,
        ...(account.switched ? { uid: account.uid, gid: account.gid } : {}),
      },
    );
    await rename(draft, dir);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new DiodeError('storage_unavailable', {
      detail: `initdb could not make a database in ${dir}: ${error instanceof Error ? error.message.trim() : String(error)}`,
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}
