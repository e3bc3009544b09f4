import type { Readable } from 'node:stream';
import { CliError, EXIT } from '../exit-codes.js';

/**
 * Bytes → text, chunk by chunk, without a byte order mark. `onBytes` hears how many bytes came.
 * @throws CliError usage when the bytes are not UTF-8 (with the line) or cannot be read
 */
export async function* decodeText(o: {
  input: Readable;
  name: string;
  onBytes: (bytes: number) => void;
}): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      const place = line + breaksBefore(chunk);
      throw new CliError(EXIT.usage, `${o.name} is not UTF-8 (near line ${place}): save it as UTF-8 and try again.`, {
        cause,
      });
    }
  };
  for await (const chunk of bytesOf(o.input, o.name)) {
    o.onBytes(chunk.byteLength);
    const text = decode(chunk);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line += 1;
    yield text;
  }
  yield decode();
}

async function* bytesOf(input: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  } catch (cause) {
    if (input.errored instanceof CliError) throw input.errored;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.usage, `${name} cannot be read: ${why}`, { cause });
  }
}

/** Line breaks of a chunk before its first sequence that is not UTF-8; only for the message. */
function breaksBefore(chunk: Uint8Array | undefined): number {
  if (chunk === undefined) return 0;
  const lenient = new TextDecoder('utf-8').decode(chunk);
  const bad = lenient.indexOf('\uFFFD', 1);
  return lenient.slice(0, Math.max(bad, 0)).split('\n').length - 1;
}
