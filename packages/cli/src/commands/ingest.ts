import { hash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { follow } from '../ingest/follow.js';
import { type BatchLimits, inBatches } from '../ingest/in-batches.js';
import { sendBatch } from '../ingest/send-batch.js';
import { noTotals, type Totals, totalsAsJson } from '../ingest/totals.js';
import type { Format } from '../read/format.js';
import { openRecords, type RecordFile } from '../read/read-records.js';
import type { Output } from '../show/output.js';
import { sentSoFar, summaryLine } from '../show/summary.js';

export interface IngestOptions {
  readonly file: string;
  /** Asserts everything as this; without it as the file says, else as diode-cli. */
  readonly source?: string;
  readonly type?: string;
  readonly format?: Format;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly waitSeconds: number;
}

export interface IngestDeps {
  /** Called once the file is open: its mistakes come first. */
  readonly connect: () => Api;
  readonly out: Output;
  readonly stdin: Readable;
  /** Ctrl-C. */
  readonly signal?: AbortSignal;
  readonly limits?: BatchLimits;
}

const DEFAULT_SOURCE = 'diode-cli';

/**
 * Sends a file in batches; with `--wait` or `--dry-run` then follows each to its receipts. Gives the exit code. Ends early by an error that
 * says what was sent. Sending a file again is safe: what NetBox already holds is unchanged.
 * @throws CliError
 */
export async function ingest(o: IngestOptions, deps: IngestDeps): Promise<number> {
  const totals = noTotals();
  const file = openRecords({
    file: o.file,
    stdin: deps.stdin,
    ...(o.format ? { format: o.format } : {}),
    ...(o.type ? { type: o.type } : {}),
    ...(deps.signal ? { signal: deps.signal } : {}),
  });
  const api = deps.connect();
  try {
    await sendAll({ o, deps, api, file, totals });
    if (totals.sent === 0) throw new CliError(EXIT.usage, `${o.file} holds no entities.`);
    if (o.wait || o.dryRun) {
      await follow(totals, {
        api,
        out: deps.out,
        all: o.dryRun,
        dryRun: o.dryRun,
        waitSeconds: o.waitSeconds,
        now: () => performance.now(),
      });
    }
  } catch (error) {
    throw withWhatWasSent(deps.signal?.aborted === true ? interrupted(error) : error, totals);
  }
  deps.out.result(totalsAsJson(totals), summaryLine(totals, o));
  const { rejected = 0, failed = 0, held = 0 } = totals.counts;
  return totals.refused + rejected + failed + held > 0 ? EXIT.attention : EXIT.ok;
}

async function sendAll(c: {
  o: IngestOptions;
  deps: IngestDeps;
  api: Api;
  file: RecordFile;
  totals: Totals;
}): Promise<void> {
  const { o, deps, api, file, totals } = c;
  const runId = randomUUID();
  const bar = deps.out.progress('Sending', file.bytes === null ? 'entities' : 'bytes', file.bytes);
  const batches = inBatches(file.records, {
    sourceOf: (record) => o.source ?? record.source ?? DEFAULT_SOURCE,
    ...(deps.limits ? { limits: deps.limits } : {}),
  });
  try {
    let nth = 0;
    for await (const batch of batches) {
      await sendBatch(batch, String(nth), totals, {
        api,
        out: deps.out,
        dryRun: o.dryRun,
        // In another run the same content is sent again, because NetBox may have changed meanwhile; it then lands as unchanged.
        keyOf: (_, json) => `cli-${hash('sha256', json, 'hex').slice(0, 24)}-${runId}`,
      });
      nth += 1;
      bar.update(file.bytes === null ? totals.sent : file.bytesRead());
    }
  } finally {
    bar.stop();
  }
}

function interrupted(cause: unknown): CliError {
  return new CliError(EXIT.interrupted, 'interrupted.', { cause });
}

function withWhatWasSent(error: unknown, totals: Totals): unknown {
  if (!(error instanceof CliError) || totals.syncIds.length === 0) return error;
  return new CliError(error.exitCode, `${error.message}\n${sentSoFar(totals)}`, {
    cause: error,
    details: totalsAsJson(totals),
  });
}
