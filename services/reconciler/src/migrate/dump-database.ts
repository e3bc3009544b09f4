import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '@diode/runtime';
import { dumpRows } from '@diode/store';
import { Setback, shortCause } from './setback.js';

export interface DumpOptions {
  readonly url: string;
  readonly folder: string | null;
  /** What the dump is from before: a part of its name. */
  readonly before: string;
  readonly now: () => Date;
}

/**
 * A copy of all rows at one moment, readable by its owner only, under its final name only when it is whole. Needs no program of Postgres, so the
 * image of the reconciler makes it whatever version the server has; `load` puts it back. Gives its folder.
 * @throws Setback when there is no way to make one: then nothing may be changed
 */
export async function dumpDatabase(o: DumpOptions): Promise<string> {
  const folder = await prepareFolder(o.folder);
  const stamp = o
    .now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, '');
  const dump = join(folder, `diode-before-${o.before}-${stamp}`);
  // Another may be at the same in this second.
  const part = `${dump}.${randomUUID()}.part`;
  try {
    await dumpRows(o.url, part);
    await rename(part, dump);
    return dump;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw new Setback(EXIT.fault, `The backup failed, so nothing was changed: ${shortCause(error)}`, { cause: error });
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

function refuse(why: string): Setback {
  return new Setback(EXIT.config, `A backup was asked for and cannot be made, so nothing was changed. ${why}`);
}
