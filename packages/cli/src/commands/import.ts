import type { Readable } from 'node:stream';
import type { JsonObject } from '@diode/protocol';
import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { filesInOrder } from '../import/files-in-order.js';
import { type FileOutcome, type ImportOptions, importFile } from '../import/import-file.js';
import { openReport } from '../import/report.js';
import type { BatchLimits } from '../ingest/in-batches.js';
import { totalsAsJson } from '../ingest/totals.js';
import type { Output } from '../show/output.js';

export interface ImportFilesOptions extends ImportOptions {
  /** Files, directories, or `-`. */
  readonly files: readonly string[];
  /** Where each record's end is written. */
  readonly report?: string;
}

export interface ImportFilesDeps {
  /** Called once the files are found: their mistakes come first. */
  readonly connect: () => Api;
  readonly out: Output;
  readonly stdin: Readable;
  readonly signal?: AbortSignal;
  readonly limits?: BatchLimits;
}

/**
 * Imports files one after the other, each to its receipts. Exit 0 when all is applied or was so already, 1 when something could not be read or was
 * refused, rejected, held or failed.
 * @throws CliError
 */
export async function importFiles(o: ImportFilesOptions, deps: ImportFilesDeps): Promise<number> {
  const files = filesInOrder(o.files, { except: o.report ?? null });
  const api = deps.connect();
  const report = o.report === undefined ? null : openReport(o.report);
  const outcomes: FileOutcome[] = [];
  try {
    for (const file of files) {
      const outcome = await importFile(file, o, { ...deps, api, report });
      outcomes.push(outcome);
      deps.out.lines([`${file}: ${inWords(outcome, o)}`]);
    }
  } finally {
    report?.close();
  }
  const failed = outcomes.reduce((sum, outcome) => sum + notDone(outcome), 0);
  const records = outcomes.reduce((sum, { totals, unreadable }) => sum + totals.sent + unreadable, 0);
  if (records === 0) throw new CliError(EXIT.usage, `${files.join(', ')}: no entities in there.`);
  deps.out.result(
    { files: outcomes.map(asJson), records, not_done: failed, dry_run: o.dryRun },
    failed === 0 ? `All ${records} records are done.` : `${failed} of ${records} records need a look.${where(o)}`,
  );
  return failed === 0 ? EXIT.ok : EXIT.attention;
}

function where(o: ImportFilesOptions): string {
  return o.report === undefined
    ? ' Correct them and import the file again: what is there stays as it is.'
    : ` ${o.report} says which and why.`;
}

function notDone({ totals, unreadable }: FileOutcome): number {
  const { rejected = 0, failed = 0, held = 0 } = totals.counts;
  return unreadable + totals.refused + rejected + failed + held;
}

function inWords({ totals, unreadable }: FileOutcome, o: ImportFilesOptions): string {
  const states = Object.entries(totals.counts).map(([state, n]) => `${n} ${state}`);
  const all = [
    ...states.map((text) => (o.dryRun ? text.replace(/ applied$/, ' would be applied') : text)),
    ...(totals.refused > 0 ? [`${totals.refused} refused`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
  ];
  return `${all.join(', ') || 'no entities'}${o.dryRun ? '; dry run, nothing written' : ''}`;
}

function asJson({ file, totals, unreadable }: FileOutcome): JsonObject {
  return { file, unreadable, ...totalsAsJson(totals) };
}
