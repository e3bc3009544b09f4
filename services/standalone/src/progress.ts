import type { Logger } from '@diode/runtime';

/** A step that takes a while: a line of the log that quickstart.sh shows to the person who waits. */
export function progress(logger: Logger, message: string): void {
  logger.info({ progress: true }, message);
}
