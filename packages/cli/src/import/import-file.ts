import { hash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { follow } from '../ingest/follow.js';
import { BATCH_LIMITS, type BatchLimits, inBatches } from '../ingest/in-batches.js';
import { sendBatch } from '../ingest/send-batch.js';
import { noTotals, type Totals } from '../ingest/totals.js';
import { makeStages } from '../order/stages.js';
import type { Format } from '../read/format.js';
import { formatOf } from '../read/format.js';
import { openRecords } from '../read/read-records.js';
import type { Output } from '../show/output.js';
import { contentHash } from './content-hash.js';
import { type ImportState, openImportState } from './import-state.js';
import { type Ledger, makeLedger } from './ledger.js';
import type { Report } from './report.js';

export interface ImportOptions {
  readonly source?: string;
  readonly type?: string;
  readonly format?: Format;
  readonly dryRun: boolean;
  /** Ends at the first record that cannot be read or is refused. */
  readonly strict: boolean;
  /** Where states are kept; without it beside each file. */
  readonly stateDir?: string;
  /** Gives up when nothing got its receipt for this long. */
  readonly waitSeconds: number;
}

export interface ImportDeps {
  readonly api: Api;
  readonly out: Output;
  readonly report: Report | null;
  readonly stdin: Readable;
  readonly signal?: AbortSignal;
  readonly limits?: BatchLimits;
}

/** What became of one file. */
export interface FileOutcome {
  readonly file: string;
  readonly totals: Totals;
  /** Records that could not be read. */
  readonly unreadable: number;
}

const DEFAULT_SOURCE = 'diode-import';
/** Records whose receipts are waited for at most: their places are held in memory meanwhile. */
const MOST_OPEN = 50_000;

/**
 * Sends one file and follows it until every record has its receipt. What was answered is kept beside the file, so that the same command goes on
 * where a killed one stopped; without a file (standard input) and in a dry run nothing is kept.
 * @throws CliError which says how to go on
 */
export async function importFile(file: string, o: ImportOptions, deps: ImportDeps): Promise<FileOutcome> {
  const state = file === '-' || o.dryRun ? null : await openState(file, o, deps);
  if (state !== null && state.resumed > 0)
    deps.out.lines([`${file}: goes on where it stopped, ${state.resumed} requests were sent before (${state.path})`]);
  const ledger = makeLedger({ file, report: deps.report, out: deps.out });
  const totals = noTotals();
  try {
    await sendAll({ file, o, deps, state, ledger, totals });
  } catch (error) {
    state?.close();
    throw howToGoOn(deps.signal?.aborted === true ? new CliError(EXIT.interrupted, 'interrupted.') : error, state);
  } finally {
    ledger.closeOpen();
  }
  state?.finish();
  return { file, totals, unreadable: ledger.unreadable() };
}

async function openState(file: string, o: ImportOptions, deps: ImportDeps): Promise<ImportState> {
  const identity = {
    contentHash: await contentHash(file, deps.signal),
    target: deps.api.url,
    clientId: deps.api.clientId,
    source: o.source ?? null,
    type: o.type ?? null,
    format: o.format ?? formatOf(file),
    entitiesPerRequest: (deps.limits ?? BATCH_LIMITS).entities,
  };
  return openImportState(identity, { file, dir: o.stateDir ?? null });
}

interface Sending {
  readonly file: string;
  readonly o: ImportOptions;
  readonly deps: ImportDeps;
  readonly state: ImportState | null;
  readonly ledger: Ledger;
  readonly totals: Totals;
}

async function sendAll(s: Sending): Promise<void> {
  const { o, deps, ledger, totals } = s;
  const { api, out } = deps;
  const runId = s.state?.runId ?? randomUUID();
  const read = openRecords({
    file: s.file,
    stdin: deps.stdin,
    ...(o.format === undefined ? {} : { format: o.format }),
    ...(o.type === undefined ? {} : { type: o.type }),
    ...(deps.signal === undefined ? {} : { signal: deps.signal }),
    ...(o.strict ? {} : { onMistake: ledger.unreadableAt }),
  });
  const batches = inBatches(read.records, {
    sourceOf: (record) => o.source ?? record.source ?? DEFAULT_SOURCE,
    startsStage: makeStages(),
    ...(deps.limits === undefined ? {} : { limits: deps.limits }),
  });
  let followed = 0;
  let settled = 0;
  const settle = async (): Promise<void> => {
    await followFrom(followed, s);
    followed = totals.syncIds.length;
    settled = totals.accepted;
  };
  const bar = (): ReturnType<Output['progress']> =>
    out.progress('Sending', read.bytes === null ? 'entities' : 'bytes', read.bytes, { plain: true });
  let sending = bar();
  try {
    let nth = 0;
    for await (const batch of batches) {
      if ((batch.afterAll && !o.dryRun) || totals.accepted - settled >= MOST_OPEN) {
        sending.stop();
        await settle();
        sending = bar();
      }
      await sendBatch(batch, String(nth), totals, {
        api,
        out,
        dryRun: o.dryRun,
        keyOf: (path, json) => `import-${hash('sha256', json, 'hex').slice(0, 16)}-${runId}-${path}`,
        placeOf: ledger.placeOf,
        onSent: ledger.sent,
        ...(s.state === null ? {} : { journal: s.state }),
      });
      nth += 1;
      sending.update(read.bytes === null ? totals.sent : read.bytesRead());
      if (o.strict && totals.refused > 0)
        throw new CliError(EXIT.attention, `${s.file}: stopped at a record that Diode refused (--strict).`);
    }
  } finally {
    sending.stop();
  }
  await settle();
}

function followFrom(from: number, s: Sending): Promise<void> {
  const { o, deps, ledger } = s;
  return follow(s.totals, {
    api: deps.api,
    out: deps.out,
    from,
    // With a report the plan of a dry run is in there.
    all: o.dryRun && deps.report === null,
    dryRun: o.dryRun,
    waitSeconds: o.waitSeconds,
    patient: true,
    plainProgress: true,
    placeOf: ledger.placeIn,
    onReceipt: ledger.receipt,
    now: () => performance.now(),
  });
}

function howToGoOn(error: unknown, state: ImportState | null): unknown {
  if (!(error instanceof CliError) || state === null) return error;
  return new CliError(
    error.exitCode,
    `${error.message}\nThe same command goes on from here; nothing is sent twice. What was sent is in ${state.path}; delete it to begin anew.`,
    { cause: error, details: { ...error.details, state: state.path } },
  );
}
