import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { CliError, EXIT } from '../exit-codes.js';
import { type Column, readHeader, toData } from './csv-columns.js';
import type { FileRecord } from './entities-in.js';

/** Bytes of one row: an unclosed quote must not swallow the rest of a large file into memory. */
const MAX_ROW = 1024 ** 2;

interface Row {
  readonly info: { readonly lines: number };
  readonly record: readonly string[];
}

/** Rows of a CSV as entities of one type; the first row names the fields. @throws CliError usage, naming file and line */
export async function* readCsv(o: {
  chunks: AsyncIterable<string>;
  file: string;
  type: string;
}): AsyncGenerator<FileRecord> {
  const text = Readable.from(o.chunks);
  const parser = parse({ trim: true, skip_empty_lines: true, info: true, max_record_size: MAX_ROW });
  text.once('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let columns: readonly Column[] | null = null;
  try {
    for await (const row of parser as AsyncIterable<Row>) {
      const where = `line ${row.info.lines}`;
      if (columns === null) {
        columns = readHeader(row.record, o.file);
        continue;
      }
      const data = toData(columns, row.record, `${o.file}, ${where}`);
      if (Object.keys(data).length > 0) yield { where, source: null, entity: { object_type: o.type, data } };
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.usage, `${o.file} is not a CSV that can be read: ${why}`, { cause });
  } finally {
    text.destroy();
  }
}
