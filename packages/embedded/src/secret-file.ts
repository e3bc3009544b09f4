import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';

/**
 * The secret kept at `path` with mode 0600; 48 random hex digits the first time. Written beside and linked, so that a
 * crash never leaves half a secret and of two processes both get the same one.
 */
export async function readOrMakeSecret(path: string): Promise<string> {
  const kept = await readSecret(path);
  if (kept !== null) return kept;
  const fresh = randomBytes(24).toString('hex');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${fresh}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, path);
    return fresh;
  } catch (error) {
    const winner = await readSecret(path);
    if (winner === null) throw error;
    return winner;
  } finally {
    await rm(draft, { force: true });
  }
}

/** The secret at `path`, or null if there is none. */
export async function readSecret(path: string): Promise<string | null> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return text === '' ? null : text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
