import { closeSync, openSync, writeSync } from 'node:fs';
import { extname } from 'node:path';
import { CliError, EXIT } from '../exit-codes.js';
import { csvLine } from '../show/csv-line.js';

/** What became of one record of a file. */
export interface ReportRow {
  readonly file: string;
  /** null in a JSON file, whose records are counted. */
  readonly line: number | null;
  /** `line 12`, `item 3`. */
  readonly place: string;
  /** State of the receipt; `refused` when Diode did not take it, `unreadable` when it is no record at all, `sent` when its receipt is still to come. */
  readonly state: string;
  readonly action: string;
  readonly object_type: string;
  readonly key: string;
  readonly netbox_url: string;
  readonly reason: string;
  readonly sync_id: string;
}

export interface Report {
  add(row: ReportRow): void;
  close(): void;
}

const COLUMNS = [
  'file',
  'line',
  'place',
  'state',
  'action',
  'object_type',
  'key',
  'netbox_url',
  'reason',
  'sync_id',
] as const satisfies readonly (keyof ReportRow)[];
const BUFFER_BYTES = 64 * 1024;
const ENDINGS = ['.csv', '.ndjson', '.jsonl'];

/** Opens a report that is written as the import goes, CSV or NDJSON by its ending. @throws CliError usage */
export function openReport(path: string): Report {
  const ending = extname(path).toLowerCase();
  if (!ENDINGS.includes(ending))
    throw new CliError(EXIT.usage, `cannot tell the format of the report ${path}: end it with .csv or .ndjson.`);
  let fd: number;
  try {
    fd = openSync(path, 'w', 0o644);
  } catch (cause) {
    throw new CliError(EXIT.usage, `the report ${path} cannot be written: ${reason(cause)}.`, { cause });
  }
  const isCsv = ending === '.csv';
  let buffer = isCsv ? `${csvLine(COLUMNS)}\n` : '';
  const flush = (): void => {
    writeSync(fd, buffer);
    buffer = '';
  };
  return {
    add: (row) => {
      buffer += isCsv ? `${csvLine(COLUMNS.map((name) => cellOf(row[name])))}\n` : `${JSON.stringify(row)}\n`;
      if (buffer.length > BUFFER_BYTES) flush();
    },
    close: () => {
      flush();
      closeSync(fd);
    },
  };
}

/** A report is read in a spreadsheet, where `=` would begin a formula: what came from a file or a network is text. */
function cellOf(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
