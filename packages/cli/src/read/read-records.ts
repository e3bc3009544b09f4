import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { JsonValue } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';
import { decodeText } from './decode-text.js';
import { entitiesIn, entitiesOfList, type FileRecord, type OnMistake } from './entities-in.js';
import { type Format, formatOf, typeOf } from './format.js';
import { readCsv } from './read-csv.js';
import { splitLines } from './split-lines.js';

export interface RecordFile {
  /** Bytes when known, for the progress bar. */
  readonly bytes: number | null;
  readonly bytesRead: () => number;
  readonly records: AsyncIterable<FileRecord>;
}

/** The longest string JavaScript holds is about 512 MiB; JSON is read whole, the other formats line by line. */
const MAX_JSON_BYTES = 256 * 1024 ** 2;

/**
 * Opens FILE, or standard input for `-`. JSON: a batch `{source, entities}`, a list, or one object; NDJSON: one a line; CSV: a header of field
 * names (`site.name` nests), empty cells say nothing. Bare objects get `type` (or the file's own name, `devices.csv`) as object type.
 * NDJSON and CSV stream: memory does not grow with the file. Reading stops with an error when `signal` aborts. With `onMistake` a record that
 * cannot be read is told to it and left out; what spoils the whole file (no UTF-8, a JSON that does not parse) is an error all the same.
 * @throws CliError usage, here or while the records are read
 */
export function openRecords(o: {
  file: string;
  stdin: Readable;
  format?: Format;
  type?: string;
  signal?: AbortSignal;
  onMistake?: OnMistake;
}): RecordFile {
  const fromStdin = o.file === '-';
  const name = fromStdin ? 'standard input' : o.file;
  const format = o.format ?? formatOf(o.file);
  const bytes = fromStdin ? null : sizeOf(o.file);
  const type = o.type ?? (fromStdin ? null : typeOf(o.file));
  if (format === 'csv' && type === null) throw noType(name);
  const input = fromStdin ? o.stdin : createReadStream(o.file);
  o.signal?.addEventListener('abort', () => input.destroy(new CliError(EXIT.interrupted, 'interrupted.')), {
    once: true,
  });
  let bytesRead = 0;
  const chunks = decodeText({
    input,
    name,
    onBytes: (n) => {
      bytesRead += n;
    },
  });
  const records = recordsOf({
    format,
    chunks,
    file: name,
    type,
    ...(o.onMistake === undefined ? {} : { onMistake: o.onMistake }),
  });
  return { bytes, bytesRead: () => bytesRead, records };
}

interface Reading {
  readonly chunks: AsyncIterable<string>;
  readonly file: string;
  readonly type: string | null;
  readonly onMistake?: OnMistake;
}

function recordsOf(o: Reading & { format: Format }): AsyncIterable<FileRecord> {
  if (o.format === 'json') return readJson(o);
  if (o.format === 'ndjson') return readNdjson(o);
  if (o.type === null) throw noType(o.file);
  return readCsv({ ...o, type: o.type });
}

async function* readJson(o: Reading): AsyncGenerator<FileRecord> {
  const parts: string[] = [];
  let length = 0;
  for await (const part of o.chunks) {
    length += part.length;
    if (length > MAX_JSON_BYTES)
      throw new CliError(EXIT.usage, `${o.file} is too large to be read as one JSON: write NDJSON, one entity a line.`);
    parts.push(part);
  }
  const value = parseJson(parts.join(''), o.file);
  if (Array.isArray(value)) yield* entitiesOfList(value, o);
  else yield* entitiesIn(value, { ...o, where: '' });
}

async function* readNdjson(o: Reading): AsyncGenerator<FileRecord> {
  for await (const line of splitLines(o.chunks, o.file)) {
    if (line.text.trim() === '') continue;
    const where = `line ${line.number}`;
    const value = parseLine(line.text, where, o);
    if (value !== undefined) yield* entitiesIn(value, { ...o, where });
  }
}

/** undefined for a line that `onMistake` heard of. */
function parseLine(text: string, where: string, o: Reading): JsonValue | undefined {
  try {
    return parseJson(text, `${o.file}, ${where}`);
  } catch (error) {
    if (o.onMistake === undefined || !(error instanceof CliError)) throw error;
    o.onMistake(error, where);
    return undefined;
  }
}

function parseJson(content: string, place: string): JsonValue {
  try {
    return JSON.parse(content);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, ' ').slice(0, 200) : String(cause);
    throw new CliError(EXIT.usage, `${place} is not JSON: ${why}`, { cause });
  }
}

function noType(name: string): CliError {
  return new CliError(
    EXIT.usage,
    `what are the rows of ${name}? Add --type devices (or another collection), or name the file devices.csv.`,
  );
}

function sizeOf(file: string): number | null {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) throw new CliError(EXIT.usage, `there is no file ${file}.`);
  if (found.isDirectory()) throw new CliError(EXIT.usage, `${file} is a directory, not a file.`);
  // A pipe, `<(...)` or /dev/stdin has no size to count towards.
  return found.isFile() ? found.size : null;
}
