import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** 43 characters of [A-Za-z0-9_-]: fit for URLs and for Basic as they are (facts: Hydra's tokens). */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The content without its last line break, or undefined when there is no such file. */
export async function readKept(path: string): Promise<string | undefined> {
  try {
    const content = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
    return content === '' ? undefined : content;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Writes beside, syncs and renames over, so that a reader sees the old or the new file whole. Readable to all: a volume is mounted by its
 * reader alone, whose user differs by image. Gives whether the content changed.
 */
export async function writeSecret(path: string, content: string): Promise<boolean> {
  if ((await readKept(path)) === content.replace(/\r?\n$/, '')) return false;
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o444);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  return true;
}

/** Removes what an interrupted run left beside a file. */
export async function sweepUnfinished(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  await Promise.all(names.filter((name) => name.endsWith('.new')).map((name) => rm(join(dir, name), { force: true })));
}
