import type { JsonObject } from '@diode/protocol';

/** What the diode command ends with. */
export const EXIT = {
  ok: 0,
  /** Something was refused, rejected, held or failed; the output says what. */
  attention: 1,
  /** The command line or a file cannot be understood. */
  usage: 2,
  /** Diode cannot be reached, or does not let us in. */
  unreachable: 3,
  /** A setting is missing or wrong (EX_CONFIG of sysexits.h). */
  config: 78,
  /** Ctrl-C, as shells say it: 128 + SIGINT. */
  interrupted: 130,
} as const;

/** Ends the command with a code and one sentence that says what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** For `--json`: what was done before. */
  readonly details: JsonObject;
  constructor(
    readonly exitCode: number,
    message: string,
    options: { cause?: unknown; details?: JsonObject } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.details = options.details ?? {};
  }
}
