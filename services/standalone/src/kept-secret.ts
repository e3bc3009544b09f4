import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A secret that is made at the first start and kept with mode 0600. 40 hexadecimal characters, as NetBox's v1 tokens. Written beside and then linked: never
 * half there, and of two first starts at once the first one's counts for both.
 */
export async function keptSecret(dataDir: string, name: string): Promise<string> {
  const path = join(dataDir, name);
  const kept = await readKept(path);
  if (kept !== null && kept !== '') return kept;
  if (kept === '') await rm(path, { force: true });
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `${randomBytes(20).toString('hex')}\n`, { mode: 0o600 });
  try {
    await link(fresh, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  const secret = await readKept(path);
  if (secret === null || secret === '') throw new Error(`${path} is empty; remove it and start again`);
  return secret;
}

async function readKept(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
