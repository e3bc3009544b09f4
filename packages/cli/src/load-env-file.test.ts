import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadEnvFile } from './load-env-file.js';

const NAMES = ['DIODE_FILE_TEST_A', 'DIODE_FILE_TEST_B', 'DIODE_FILE_TEST_C'];
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'diode-env-'));
});
afterEach(() => {
  for (const name of NAMES) delete process.env[name];
  rmSync(dir, { recursive: true });
});

it('fills in what the environment does not say', () => {
  process.env.DIODE_FILE_TEST_A = 'environment';
  writeFileSync(
    join(dir, '.env'),
    '# note\nDIODE_FILE_TEST_A=file\nDIODE_FILE_TEST_B="from file" # note\nDIODE_FILE_TEST_C=\n',
  );
  expect(loadEnvFile(join(dir, '.env'))).toBeNull();
  expect(NAMES.map((name) => process.env[name])).toEqual(['environment', 'from file', '']);
});

it('takes no file for an empty one, and says what cannot be read', () => {
  expect(loadEnvFile(join(dir, '.env'))).toBeNull();
  mkdirSync(join(dir, '.env'));
  expect(loadEnvFile(join(dir, '.env'))).toContain('.env is not read: ');
});
