import { PassThrough } from 'node:stream';
import { makeOutput, type Output, type OutputStream } from '../../src/show/output.js';

export interface CollectedStream {
  readonly stream: OutputStream;
  readonly text: () => string;
}

/** A stream that keeps what is written, as a terminal or not. */
export function collectStream(o: { isTTY?: boolean } = {}): CollectedStream {
  const written: string[] = [];
  const stream = new PassThrough().on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { stream: Object.assign(stream, { isTTY: o.isTTY ?? false, columns: 120 }), text: () => written.join('') };
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
