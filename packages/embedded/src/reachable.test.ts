import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isReachable } from './reachable.js';

const dir = await mkdtemp(join(tmpdir(), 'diode-reach-'));
afterAll(() => rm(dir, { recursive: true }));
/** Nobody we are, with a group nothing here has. */
const other = { uid: 4_000_000, gid: 4_000_000, switched: true };

test('every directory on the way must be open, and a file readable', async () => {
  const file = join(dir, 'a', 'b', 'file');
  await mkdir(join(dir, 'a', 'b'), { recursive: true });
  await writeFile(file, '');
  await chmod(dir, 0o755);
  await chmod(file, 0o644);
  expect(await isReachable(file, other)).toBe(true);
  await chmod(join(dir, 'a'), 0o700);
  expect(await isReachable(file, other)).toBe(false);
  expect(await isReachable(dir, other)).toBe(true);
  await chmod(join(dir, 'a'), 0o711);
  expect(await isReachable(file, other)).toBe(true);
  await chmod(file, 0o600);
  expect(await isReachable(file, other)).toBe(false);
});

test('what is not there is not reachable; who we are ourselves needs no look', async () => {
  expect(await isReachable(join(dir, 'nowhere'), other)).toBe(false);
  expect(await isReachable(join(dir, 'nowhere'), { ...other, switched: false })).toBe(true);
});
