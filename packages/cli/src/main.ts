import { CliError, EXIT } from './exit-codes.js';
import { makeProgram } from './program.js';

const program = makeProgram({
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  exit: (code) => {
    process.exitCode = code;
  },
});

try {
  await program.exitOverride().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** commander ends help with 0 and says mistakes itself; ours are one sentence on standard error. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) {
    process.stderr.write(`diode: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode === 0 ? 0 : EXIT.usage;
  process.stderr.write(`diode: ${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT.attention;
}
