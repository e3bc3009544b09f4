import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readOrMakeSecret, readSecret } from './secret-file.js';

const dir = await mkdtemp(join(tmpdir(), 'diode-secret-'));
afterAll(() => rm(dir, { recursive: true }));

test('a secret is made once, however many ask at once, and only its owner can read it', async () => {
  const path = join(dir, 'one');
  const all = await Promise.all(Array.from({ length: 20 }, () => readOrMakeSecret(path)));
  expect(new Set(all).size).toBe(1);
  expect(all[0]).toMatch(/^[0-9a-f]{48}$/);
  expect(await readSecret(path)).toBe(all[0]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['one']);
});

test('two secrets differ, and there is none where there is no file', async () => {
  expect(await readOrMakeSecret(join(dir, 'two'))).not.toBe(await readSecret(join(dir, 'one')));
  expect(await readSecret(join(dir, 'none'))).toBeNull();
});
