import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret that is made at the first start and kept with mode 0600. 40 hexadecimal characters, as NetBox's v1 tokens. */
export async function keptSecret(dataDir: string, name: string): Promise<string> {
  const path = join(dataDir, name);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const fresh = randomBytes(20).toString('hex');
  await writeFile(path, `${fresh}\n`, { mode: 0o600, flag: 'wx' });
  return fresh;
}
