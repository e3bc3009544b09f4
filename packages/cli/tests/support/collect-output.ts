import { makeOutput, type Output } from '../../src/show/output.js';

export interface CollectedStream {
  readonly stream: NodeJS.WriteStream;
  readonly text: () => string;
}

/** A stream that keeps what is written, as a terminal or not. */
export function collectStream(o: { isTTY?: boolean } = {}): CollectedStream {
  let written = '';
  const stream = {
    isTTY: o.isTTY ?? false,
    columns: 120,
    write: (chunk: string) => {
      written += chunk;
      return true;
    },
    on: () => stream,
    once: () => stream,
    removeListener: () => stream,
  };
  return { stream: stream as never as NodeJS.WriteStream, text: () => written };
}

export interface CollectedOutput {
  readonly out: Output;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export function collectOutput(o: { json?: boolean; isTTY?: boolean } = {}): CollectedOutput {
  const stdout = collectStream();
  const stderr = collectStream(o.isTTY === undefined ? {} : { isTTY: o.isTTY });
  const out = makeOutput({ json: o.json ?? false, stdout: stdout.stream, stderr: stderr.stream });
  return { out, stdout: stdout.text, stderr: stderr.text };
}
