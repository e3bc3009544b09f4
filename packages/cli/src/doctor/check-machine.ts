import { statfs } from 'node:fs/promises';
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

/** Room on the disk of `dir`. */
export async function checkDisk(dir: string): Promise<Finding> {
  const found = await statfs(dir);
  const free = found.bavail * found.bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${dir}`;
  return free > LEAST_DISK_BYTES ? fine('disk', detail) : failing('disk', detail, 'Free at least 1 GiB.');
}
