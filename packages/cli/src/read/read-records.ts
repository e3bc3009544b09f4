import { createReadStream, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { parse as csvParser } from 'csv-parse';
import { CliError, EXIT } from '../exit-codes.js';

export const FORMATS = ['json', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** One entity as a file says it, and where. */
export interface FileRecord {
  /** `line 12` or `item 3`. */
  readonly where: string;
  readonly entity: JsonObject;
}

export interface RecordFile {
  readonly format: Format;
  /** Bytes when known, for the progress bar. */
  readonly bytes: number | null;
  /** Source named by the file itself (a JSON batch). */
  readonly source: string | null;
  readonly records: AsyncIterable<FileRecord>;
}

/**
 * Opens FILE, or standard input for `-`. JSON: a batch `{source, entities}`, a list, or one object; NDJSON: one a line; CSV: a header of field
 * names (`site.name` nests), empty cells say nothing. Bare objects get `type` (or the file's own name, `devices.csv`) as object type.
 * @throws CliError usage
 */
export async function openRecords(o: {
  file: string;
  stdin: Readable;
  format?: Format;
  type?: string;
}): Promise<RecordFile> {
  const fromStdin = o.file === '-';
  const format = o.format ?? formatOf(o.file);
  const type = o.type ?? (fromStdin ? null : typeOf(o.file));
  const bytes = fromStdin ? null : sizeOf(o.file);
  const input: Readable = fromStdin ? o.stdin : createReadStream(o.file);
  if (format === 'ndjson') return { format, bytes, source: null, records: ndjson(input, type) };
  if (format === 'csv') return { format, bytes, source: null, records: csv(input, needType(type, o.file)) };
  const value = parseJson(await text(input), o.file);
  const source = isJsonObject(value) && typeof value.source === 'string' ? value.source : null;
  return { format, bytes, source, records: fromList(listOf(value), type) };
}

function formatOf(file: string): Format {
  const extension = extname(file).slice(1).toLowerCase();
  if (extension === 'jsonl') return 'ndjson';
  const format = FORMATS.find((f) => f === extension);
  if (format) return format;
  throw new CliError(
    EXIT.usage,
    `cannot tell the format of ${file === '-' ? 'standard input' : file}: add --format json, ndjson or csv.`,
  );
}

/** `devices.csv` → devices; `2026-devices.csv` → nothing. */
function typeOf(file: string): string | null {
  const stem = basename(file, extname(file)).toLowerCase();
  return /^[a-z][a-z_-]*$/.test(stem) ? stem : null;
}

function needType(type: string | null, file: string): string {
  if (type !== null) return type;
  throw new CliError(
    EXIT.usage,
    `what are the rows of ${file}? Add --type devices (or another collection), or name the file devices.csv.`,
  );
}

function sizeOf(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new CliError(EXIT.usage, `${file} is not a file that can be read.`);
  return found.size;
}

function parseJson(content: string, file: string): JsonValue {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new CliError(EXIT.usage, `${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function listOf(value: JsonValue): readonly JsonValue[] {
  if (!isJsonObject(value)) return Array.isArray(value) ? value : [value];
  if (Array.isArray(value.entities)) return value.entities;
  const data = value.data ?? value.payload;
  if (data !== undefined && value.object_type === undefined) return Array.isArray(data) ? data : [data];
  return [value];
}

async function* fromList(list: readonly JsonValue[], type: string | null): AsyncGenerator<FileRecord> {
  for (let i = 0; i < list.length; i += 1) yield record(list[i] ?? null, `item ${i + 1}`, type);
}

async function* ndjson(input: Readable, type: string | null): AsyncGenerator<FileRecord> {
  let line = 0;
  for await (const content of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (content.trim() !== '') yield record(parseJson(content, `line ${line}`), `line ${line}`, type);
  }
}

async function* csv(input: Readable, type: string): AsyncGenerator<FileRecord> {
  const rows = input.pipe(
    csvParser({
      columns: (header: string[]) => header.map((h) => h.trim()),
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
    }),
  );
  input.once('error', (error) => rows.destroy(error));
  try {
    for await (const row of rows) {
      const { info, record: cells } = row as { info: { lines: number }; record: Record<string, string> };
      yield { where: `line ${info.lines}`, entity: { object_type: type, data: nest(cells) } };
    }
  } catch (cause) {
    throw new CliError(
      EXIT.usage,
      `the CSV cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** `{"site.name": "DC1", "tags": "a, b"}` → `{site: {name: "DC1"}, tags: ["a", "b"]}`; an empty cell is no opinion. */
function nest(cells: Readonly<Record<string, string>>): JsonObject {
  const data: Record<string, JsonValue> = Object.create(null);
  for (const [column, cell] of Object.entries(cells)) {
    if (cell === '' || column === '') continue;
    const path = column.split('.');
    const last = path.pop() ?? column;
    let at = data;
    for (const step of path) {
      const next = at[step];
      const branch: Record<string, JsonValue> = isJsonObject(next) ? { ...next } : {};
      at[step] = branch;
      at = branch;
    }
    at[last] =
      column === 'tags'
        ? cell
            .split(',')
            .map((tag) => tag.trim())
            .filter((tag) => tag !== '')
        : cell;
  }
  return { ...data };
}

function record(value: JsonValue, where: string, type: string | null): FileRecord {
  if (!isJsonObject(value)) throw new CliError(EXIT.usage, `${where} is not a JSON object.`);
  const isEntity = isJsonObject(value.data) || isJsonObject(value.payload);
  if (isEntity && (value.object_type !== undefined || value.data_type !== undefined)) return { where, entity: value };
  if (type === null) throw new CliError(EXIT.usage, `${where} has no object_type: add it, or --type devices.`);
  return { where, entity: isEntity ? { ...value, object_type: type } : { object_type: type, data: value } };
}
