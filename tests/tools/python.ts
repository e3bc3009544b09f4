import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = new URL('../../node_modules/.cache/diode-python', import.meta.url).pathname;
const PACKAGES = ['requests', 'flask==3.1.2', 'netboxlabs-diode-sdk==1.14.2'];

/** A Python interpreter that has what the examples and the official SDK need; made once below node_modules. */
export async function pythonWithPackages(): Promise<string> {
  const python = join(CACHE, 'bin', 'python');
  const stamp = join(CACHE, `ok-${PACKAGES.join('_').replaceAll('=', '-')}`);
  if (existsSync(stamp)) return python;
  mkdirSync(CACHE, { recursive: true });
  await run('python3', ['-m', 'venv', CACHE], { timeout: 120_000 });
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES], {
    timeout: 300_000,
  });
  mkdirSync(stamp);
  return python;
}
