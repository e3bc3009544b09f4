import { basename, extname } from 'node:path';
import { CliError, EXIT } from '../exit-codes.js';

export const FORMATS = ['json', 'ndjson', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** By the file's ending; `.jsonl` is NDJSON. @throws CliError usage */
export function formatOf(file: string): Format {
  const extension = extname(file).slice(1).toLowerCase();
  if (extension === 'jsonl') return 'ndjson';
  const format = FORMATS.find((f) => f === extension);
  if (format) return format;
  const name = file === '-' ? 'standard input' : file;
  throw new CliError(EXIT.usage, `cannot tell the format of ${name}: add --format json, ndjson or csv.`);
}

/** What a file's rows are by its name: `devices.csv`, `devices.late.csv` → devices; `2026-devices.csv` → null. */
export function typeOf(file: string): string | null {
  const [stem = ''] = basename(file).toLowerCase().split('.');
  return /^[a-z][a-z_-]*$/.test(stem) ? stem : null;
}
