import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readPostmasterFile } from './postmaster-file.js';

const dir = await mkdtemp(join(tmpdir(), 'diode-pidfile-'));
afterAll(() => rm(dir, { recursive: true }));
const reading = async (text: string) => {
  await writeFile(join(dir, 'postmaster.pid'), text);
  return readPostmasterFile(dir);
};

test('a complete file tells pid, port and readiness', async () => {
  const text = `4711\n/data\n1795568437\n5433\n\n127.0.0.1\n  5440   3\nready   \n`;
  expect(await reading(text)).toEqual({ pid: 4711, port: 5433, ready: true });
  expect(await reading(text.replace('ready', 'starting'))).toEqual({ pid: 4711, port: 5433, ready: false });
});

test('a file in the making tells the pid', async () => {
  expect(await reading('4711\n/data\n1795568437\n')).toEqual({ pid: 4711, port: 0, ready: false });
});

test('no file, an empty one and any other text never fail', async () => {
  expect(await readPostmasterFile(join(dir, 'nowhere'))).toBeNull();
  expect(await reading('')).toBeNull();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      const found = await reading(text);
      expect(found === null || (Number.isInteger(found.pid) && found.pid > 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
