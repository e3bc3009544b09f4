import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.js';

const READ = 4;
const ENTER = 1;

/** True when `account` may enter every directory above `path` and read (or, for a directory, enter) `path` itself, by its mode bits. */
export async function isReachable(path: string, account: Account): Promise<boolean> {
  if (!account.switched) return true;
  let at: string;
  try {
    at = await realpath(path);
  } catch {
    return false;
  }
  for (let first = true; ; first = false) {
    const found = await stat(at);
    const bits = found.uid === account.uid ? found.mode >> 6 : found.gid === account.gid ? found.mode >> 3 : found.mode;
    const wanted = first && found.isFile() ? READ : ENTER;
    if ((bits & wanted) === 0) return false;
    const above = dirname(at);
    if (above === at) return true;
    at = above;
  }
}
