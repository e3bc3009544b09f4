import { Readable } from 'node:stream';
import { byCollection, objectType } from '@diode/catalogue';
import type { JsonObject } from '@diode/protocol';
import { parse } from 'csv-parse';
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
  // Rows of another length are looked at here, one by one. After a broken quote nobody knows where the next row begins: that ends the reading.
  const parser = parse({
    trim: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: MAX_ROW,
    relax_column_count: true,
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
  const place = `${o.file}, ${where}`;
  try {
    if (cells.length !== columns.length)
      throw new CliError(
        EXIT.usage,
        `${place} has ${cells.length} cells, the header ${columns.length}: quote cells that hold a comma.`,
      );
    return toData(columns, cells, place);
  } catch (error) {
    if (o.onMistake === undefined || !(error instanceof CliError)) throw error;
    o.onMistake(error, where);
    return null;
  }
}
