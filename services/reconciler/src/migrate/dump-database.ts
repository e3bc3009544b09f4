import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '@diode/runtime';
import { Setback } from './setback.js';

const LAST_WORDS = 2_000;

export interface DumpOptions {
  readonly url: string;
  readonly folder: string | null;
  /** What the dump is from before: a part of its name. */
  readonly before: string;
  /** The environment pg_dump is found and run in. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
}

/**
 * A dump of the database in pg_dump's own format, readable by its owner only, under its final name only when it is whole. Gives its path.
 * @throws Setback when there is no way to make one: then nothing may be changed
 */
export async function dumpDatabase(o: DumpOptions): Promise<string> {
  const folder = await prepareFolder(o.folder);
  const stamp = o
    .now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, '');
  const file = join(folder, `diode-before-${o.before}-${stamp}.dump`);
  // Another may be at the same in this second.
  const part = `${file}.${randomUUID()}.part`;
  try {
    // Made before pg_dump writes into it: never for a moment readable by others.
    await writeFile(part, '', { mode: 0o600, flag: 'wx' });
    await runPgDump(o, part);
    await rename(part, file);
    return file;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function prepareFolder(folder: string | null): Promise<string> {
  if (folder === null) throw refuse('DIODE_BACKUP_DIR is not set. Set it to a folder that outlives this container.');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'fault';
    throw refuse(`The folder ${folder} of DIODE_BACKUP_DIR cannot be written (${why}).`);
  }
}

function runPgDump(o: DumpOptions, file: string): Promise<void> {
  const { url, password } = splitPassword(o.url);
  const child = spawn('pg_dump', ['--format=custom', '--no-password', `--file=${file}`, `--dbname=${url}`], {
    // Not in the arguments, which everyone on the machine can read.
    env: { ...o.env, ...(password === '' ? {} : { PGPASSWORD: password }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        'code' in error && error.code === 'ENOENT'
          ? refuse(
              'pg_dump is not on PATH here. Install the PostgreSQL client of the major version of the server, or make the backup ' +
                'another way (scripts/backup-diode.sh), and migrate without --backup-first.',
            )
          : refuse(`pg_dump cannot be run: ${error.message}`),
      ),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Setback(
            EXIT.fault,
            `The backup failed, so nothing was changed. pg_dump ended with ${code}: ${words.trim()}`,
          ),
        );
    });
  });
}

function splitPassword(text: string): { readonly url: string; readonly password: string } {
  const url = new URL(text);
  const password = decodeURIComponent(url.password);
  url.password = '';
  return { url: url.href, password };
}

function refuse(why: string): Setback {
  return new Setback(EXIT.config, `A backup was asked for and cannot be made, so nothing was changed. ${why}`);
}
