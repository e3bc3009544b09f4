import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('has its tables in step with what NetBox says of itself', async () => {
  const script = fileURLToPath(new URL('../scripts/generate.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, '--check']);
  expect(stdout).toContain('tables in step');
});
