import { CommanderError } from 'commander';
import { CliError, EXIT } from './exit-codes.js';
import { makeProgram, type ProgramIo } from './program.js';

/** Runs one command line (without node and script); its code goes to `io.exit`, its mistake in one sentence to standard error. Never throws. */
export async function run(argv: readonly string[], io: ProgramIo): Promise<void> {
  const program = makeProgram(io);
  if (argv.length === 0) {
    program.outputHelp();
    return io.exit(EXIT.ok);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // commander has said its mistakes itself, and ends help and version with 0.
    if (error instanceof CommanderError) return io.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    const { exitCode, message, details } = asCliError(error);
    if (program.opts<{ json: boolean }>().json)
      io.stdout.write(`${JSON.stringify({ ...details, error: message, exit_code: exitCode })}\n`);
    io.stderr.write(`diode: ${message}\n`);
    io.exit(exitCode);
  }
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  return new CliError(EXIT.attention, error instanceof Error ? error.message : String(error), { cause: error });
}
