import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes `path` and what is missing above it so that every user may enter, whatever our umask. What exists keeps its mode. */
export async function makeOpenDir(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o755 });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await chmod(at, 0o755);
}
