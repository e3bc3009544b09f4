import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadEnvFile } from './load-env-file.js';
import { run } from './run.js';

// A reader that closes the pipe early, `diode get ... | head`, is no mistake.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const unreadable = loadEnvFile(join(checkout, '.env'));
if (unreadable !== null) console.error(`diode: ${unreadable}`);

await run(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  checkout,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => {
    process.exitCode = code;
  },
  onInterrupt: () => {
    const controller = new AbortController();
    process.once('SIGINT', () => controller.abort());
    return controller.signal;
  },
});
