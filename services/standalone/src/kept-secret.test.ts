import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keptSecret } from './kept-secret.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'diode-secret-'));
});
afterEach(() => rm(dir, { recursive: true }));

it('makes a secret once, of 40 hexadecimal characters, for the owner only', async () => {
  const first = await keptSecret(dir, 'netbox-token');
  expect(first).toMatch(/^[0-9a-f]{40}$/);
  expect(await keptSecret(dir, 'netbox-token')).toBe(first);
  expect((await stat(join(dir, 'netbox-token'))).mode & 0o777).toBe(0o600);
  expect(await keptSecret(dir, 'other')).not.toBe(first);
});

it('takes one that a person wrote, without its line break', async () => {
  await writeFile(join(dir, 'netbox-token'), 'mine\r\n');
  expect(await keptSecret(dir, 'netbox-token')).toBe('mine');
  expect(await readFile(join(dir, 'netbox-token'), 'utf8')).toBe('mine\r\n');
});

it('says so when the secret cannot be read or kept, and makes no other', async () => {
  await expect(keptSecret(join(dir, 'none'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(keptSecret(tmpdir(), dir.slice(tmpdir().length + 1))).rejects.toMatchObject({ code: 'EISDIR' });
});
