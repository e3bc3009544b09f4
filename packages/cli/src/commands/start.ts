import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from '../exit-codes.js';

/** Runs the standalone in a child process and ends as it ends; Ctrl-C and SIGTERM reach it. Gives its exit code. */
export async function start(env: NodeJS.ProcessEnv): Promise<number> {
  const main = fileURLToPath(new URL('../../../../services/standalone/dist/main.js', import.meta.url));
  if (!existsSync(main))
    throw new CliError(EXIT.usage, 'the standalone is not built: run `npm run build` in the checkout.');
  const child = spawn(process.execPath, [main], { stdio: 'inherit', env });
  // The terminal sends SIGINT to the whole group; we only must not die before the child has shut down.
  const ignore = (): void => {};
  const forward = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', ignore);
  process.on('SIGTERM', forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal])));
    });
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', forward);
  }
}
