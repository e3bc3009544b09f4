import { Readable } from 'node:stream';
import { byCollection, objectType } from '@diode/catalogue';
import type { JsonObject } from '@diode/protocol';
import { type CsvError, parse } from 'csv-parse';
import { CliError, EXIT } from '../exit-codes.js';
import { type Column, readHeader, toData } from './csv-columns.js';
import type { FileRecord, OnMistake } from './entities-in.js';

/** Bytes of one row: an unclosed quote must not swallow the rest of a large file into memory. */
const MAX_ROW = 1024 ** 2;

interface Row {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/**
 * Rows of a CSV as entities of one type; the first row names the fields. A row that cannot be read is told to `onMistake` when there is one.
 * @throws CliError usage, naming file and line
 */
export async function* readCsv(o: {
  chunks: AsyncIterable<string>;
  file: string;
  type: string;
  onMistake?: OnMistake;
}): AsyncGenerator<FileRecord> {
  const text = Readable.from(o.chunks);
  const { onMistake } = o;
  const parser = parse({
    trim: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: MAX_ROW,
    ...(onMistake === undefined
      ? {}
      : {
          skip_records_with_error: true,
          on_skip: (error: CsvError | undefined) => {
            onMistake(...badRow(error, o.file));
            return undefined;
          },
        }),
  });
  const row = objectType(o.type) ?? byCollection(o.type);
  text.once('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let columns: readonly Column[] | null = null;
  try {
    for await (const { info, record } of parser as AsyncIterable<Row>) {
      const where = `line ${info.lines}`;
      if (columns === null) {
        columns = readHeader(record, o.file, row);
        continue;
      }
      const data = dataOf(columns, record, where, o);
      if (data !== null && Object.keys(data).length > 0)
        yield { where, source: null, entity: { object_type: o.type, data } };
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.usage, `${o.file} is not a CSV that can be read: ${why}`, { cause });
  } finally {
    text.destroy();
  }
}

/** null for a row that `onMistake` heard of. */
function dataOf(
  columns: readonly Column[],
  cells: readonly string[],
  where: string,
  o: { file: string; onMistake?: OnMistake },
): JsonObject | null {
  try {
    return toData(columns, cells, `${o.file}, ${where}`);
  } catch (error) {
    if (o.onMistake === undefined || !(error instanceof CliError)) throw error;
    o.onMistake(error, where);
    return null;
  }
}

function badRow(error: CsvError | undefined, file: string): [CliError, string] {
  const where = typeof error?.lines === 'number' ? `line ${error.lines}` : 'a line';
  const why = error?.message ?? 'it cannot be read';
  return [new CliError(EXIT.usage, `${file}, ${where}: ${why}.`, { cause: error }), where];
}
