import { existsSync } from 'node:fs';
import { mkdtemp, rmdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine } from './finding.js';

const LEAST_DISK_BYTES = 1024 ** 3;

/** `version` as `process.versions.node`. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return ok
    ? fine('Node.js', `v${version}`)
    : failing('Node.js', `v${version}`, 'Install Node.js 20.19 or newer (nodejs.org, or your package manager).');
}

/** Room on the disk of the data directory, which need not be there yet, and may this user write there? */
export async function checkDataDir(dir: string): Promise<readonly Finding[]> {
  const place = nearest(dir);
  const check = `data directory ${dir}`;
  const remedy = 'Let this user write there (chown, chmod), or set DIODE_DATA_DIR to a directory of its own.';
  try {
    const found = await statfs(place);
    const free = found.bavail * found.bsize;
    const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${place}`;
    const disk = free > LEAST_DISK_BYTES ? fine('disk', detail) : failing('disk', detail, 'Free at least 1 GiB.');
    return [disk, await checkWritable(place, check, remedy)];
  } catch (error) {
    return [failing(check, reasonOf(error), remedy)];
  }
}

/** By writing: what permissions promise, a read-only file system does not keep. */
async function checkWritable(place: string, check: string, remedy: string): Promise<Finding> {
  try {
    await rmdir(await mkdtemp(join(place, '.diode-doctor-')));
    return fine(check, 'can be written');
  } catch (error) {
    return failing(check, `cannot be written (${reasonOf(error)})`, remedy);
  }
}

function nearest(dir: string): string {
  let place = dir;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}
