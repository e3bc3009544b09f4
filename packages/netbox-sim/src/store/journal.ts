import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Row } from './row.js';

/** What one request changed: rows written and rows gone, by model, and the highest id each model ever gave out. */
export interface Commit {
  readonly put: readonly (readonly [model: string, row: Row])[];
  readonly gone: readonly (readonly [model: string, id: number])[];
  readonly last: Readonly<Record<string, number>>;
}

/** Rows a snapshot line: few enough that no single write is large. */
const rowsPerLine = 500;

/**
 * The state file: one commit a line, appended before the request is answered.
 * A write that kill -9 cut short leaves a last line without its newline, which the next start drops.
 */
export class Journal {
  #file: number;

  private constructor(readonly path: string) {
    this.#file = openSync(path, 'a');
  }

  /** Opens the file, hands each whole commit in it to `replay`, and cuts off what an interrupted write left. */
  static open(path: string, replay: (commit: Commit) => void): Journal {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        const commit: Commit = JSON.parse(bytes.toString('utf8', start, end));
        replay(commit);
        start = end + 1;
      }
      if (start < bytes.length) truncateSync(path, start);
    }
    return new Journal(path);
  }

  append(commit: Commit): void {
    writeAll(this.#file, `${JSON.stringify(commit)}\n`);
  }

  /** Replaces the file by a snapshot; a crash at any point leaves the old file or the new one. */
  compact(rows: Iterable<readonly [model: string, row: Row]>, last: Readonly<Record<string, number>>): void {
    const next = `${this.path}.next`;
    const file = openSync(next, 'w');
    let put: (readonly [string, Row])[] = [];
    const flush = (): void => {
      writeAll(file, `${JSON.stringify({ put, gone: [], last })}\n`);
      put = [];
    };
    for (const entry of rows) {
      put.push(entry);
      if (put.length === rowsPerLine) flush();
    }
    flush();
    fsyncSync(file);
    closeSync(file);
    closeSync(this.#file);
    renameSync(next, this.path);
    this.#file = openSync(this.path, 'a');
  }

  close(): void {
    closeSync(this.#file);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
