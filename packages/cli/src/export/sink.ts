import { once } from 'node:events';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { CliError, EXIT } from '../exit-codes.js';
import type { OutputStream } from '../show/output.js';

/** Where text goes: a file that is there only once it is whole, or standard output. */
export interface Sink {
  write(text: string): Promise<void>;
  /** The file takes its place. */
  done(): Promise<void>;
  /** Nothing is left of it. */
  drop(): void;
}

const BUFFER = 256 * 1024;

/** @throws CliError config when it cannot be written */
export function fileSink(path: string): Sink {
  const partial = `${path}.partial`;
  let fd: number;
  try {
    fd = openSync(partial, 'w', 0o600);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
  let buffer = '';
  const flush = (): void => {
    try {
      writeSync(fd, buffer);
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
    buffer = '';
  };
  return {
    async write(text) {
      buffer += text;
      if (buffer.length >= BUFFER) flush();
    },
    async done() {
      flush();
      closeSync(fd);
      renameSync(partial, path);
    },
    drop() {
      closeSync(fd);
      rmSync(partial, { force: true });
    },
  };
}

export function streamSink(stream: OutputStream): Sink {
  return {
    async write(text) {
      if (!stream.write(text)) await once(stream, 'drain');
    },
    async done() {},
    drop() {},
  };
}

function cannotWrite(path: string, cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new CliError(EXIT.config, `${path} cannot be written: ${why}.`, { cause });
}
