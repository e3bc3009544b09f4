import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CliError, EXIT } from '../exit-codes.js';

/** SHA-256 of a file, hexadecimal. @throws CliError usage when it cannot be read, interrupted */
export async function contentHash(file: string, signal?: AbortSignal): Promise<string> {
  const sum = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, signal === undefined ? {} : { signal })) sum.update(chunk);
  } catch (cause) {
    if (signal?.aborted === true) throw new CliError(EXIT.interrupted, 'interrupted.', { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.usage, `${file} cannot be read: ${why}`, { cause });
  }
  return sum.digest('hex');
}
