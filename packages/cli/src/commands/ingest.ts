import { hash, randomUUID } from 'node:crypto';
import type { JsonObject, JsonValue } from '@diode/protocol';
import { isJsonObject } from '@diode/protocol';
import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { type FileRecord, type Format, openRecords } from '../read/read-records.js';
import type { Output } from '../show/output.js';
import { planLines, problemLines, summaryLine } from '../show/sync.js';

/** Entities in one request. */
const BATCH = 500;
const POLL_MS = 300;

export interface IngestOptions {
  readonly file: string;
  readonly source?: string;
  readonly type?: string;
  readonly format?: Format;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly waitSeconds: number;
}

interface Totals {
  sent: number;
  accepted: number;
  refused: number;
  readonly counts: Record<string, number>;
  readonly syncIds: string[];
}

/** Sends a file in batches; with `--wait` or `--dry-run` follows each to its receipts. Gives the exit code. */
export async function ingest(
  o: IngestOptions,
  deps: { api: Api; out: Output; stdin: NodeJS.ReadStream },
): Promise<number> {
  const file = await openRecords({
    file: o.file,
    stdin: deps.stdin,
    ...(o.format ? { format: o.format } : {}),
    ...(o.type ? { type: o.type } : {}),
  });
  const source = o.source ?? file.source ?? 'diode-cli';
  const totals: Totals = { sent: 0, accepted: 0, refused: 0, counts: {}, syncIds: [] };
  const bar = deps.out.progress('Sending');
  try {
    for await (const batch of inBatches(file.records)) {
      await sendBatch({ o, source, batch, totals, deps });
      bar.update(totals.sent);
    }
  } finally {
    bar.stop();
  }
  if (totals.sent === 0) throw new CliError(EXIT.usage, `${o.file} holds no entities.`);
  deps.out.result({ ...totals }, summaryLine(totals, o));
  const bad = totals.refused + (totals.counts.rejected ?? 0) + (totals.counts.failed ?? 0) + (totals.counts.held ?? 0);
  return bad > 0 ? EXIT.attention : EXIT.ok;
}

async function sendBatch(c: {
  o: IngestOptions;
  source: string;
  batch: readonly FileRecord[];
  totals: Totals;
  deps: { api: Api; out: Output };
}): Promise<void> {
  const { o, totals, deps } = c;
  const body = { source: c.source, entities: c.batch.map((r) => r.entity) };
  // One key a batch and run: a request repeated after a lost answer is stored once.
  const key = `cli-${hash('sha256', JSON.stringify(body), 'hex').slice(0, 24)}-${randomUUID()}`;
  const answer = await deps.api.request('POST', `/api/v1/ingest${o.dryRun ? '?dry_run=true&wait=30s' : ''}`, {
    json: body,
    headers: { 'idempotency-key': key },
  });
  totals.sent += c.batch.length;
  const wherePointer = (pointer: string): string =>
    c.batch[Number(/^\/entities\/(\d+)/.exec(pointer)?.[1] ?? -1)]?.where ?? 'the request';
  const errors = asList(answer.body.errors);
  if (answer.status !== 200 && answer.status !== 202) {
    totals.refused += c.batch.length;
    deps.out.lines(problemLines(answer.body, errors, wherePointer));
    if (answer.status === 422) return;
    throw new CliError(
      answer.status === 401 || answer.status === 403 ? EXIT.unreachable : EXIT.attention,
      `Diode answered ${answer.status}: ${text(answer.body.detail)}`,
    );
  }
  totals.accepted += number(answer.body.accepted);
  totals.refused += number(answer.body.refused);
  deps.out.lines(problemLines(null, errors, wherePointer));
  const syncId = text(answer.body.sync_id);
  totals.syncIds.push(syncId);
  if (o.dryRun || o.wait) await follow({ syncId, o, deps, totals, batch: c.batch });
}

/** Waits for the receipts of one sync and shows those that need a look (all of them for a dry run). */
async function follow(c: {
  syncId: string;
  o: IngestOptions;
  deps: { api: Api; out: Output };
  totals: Totals;
  batch: readonly FileRecord[];
}): Promise<void> {
  const deadline = Date.now() + c.o.waitSeconds * 1_000;
  for (;;) {
    const view = await c.deps.api.request('GET', `/api/v1/sync/${c.syncId}/status?limit=1`);
    const status = text(view.body.status);
    if (status === 'completed' || status === 'attention') break;
    if (Date.now() > deadline) {
      throw new CliError(
        EXIT.attention,
        `sync ${c.syncId} is still ${status} after ${c.o.waitSeconds} s: GET /api/v1/why-idle says why; nothing is lost.`,
      );
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  let cursor: string | null = null;
  let first = true;
  do {
    const query: string = `limit=500${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const { body }: { body: JsonObject } = await c.deps.api.request('GET', `/api/v1/sync/${c.syncId}/status?${query}`);
    if (first)
      for (const [state, n] of Object.entries(isJsonObject(body.counts) ? body.counts : {}))
        c.totals.counts[state] = (c.totals.counts[state] ?? 0) + number(n);
    first = false;
    for (const receipt of asList(body.entities)) c.deps.out.lines(planLines(receipt, { all: c.o.dryRun }));
    cursor = typeof body.next === 'string' ? body.next : null;
  } while (cursor !== null);
}

async function* inBatches(records: AsyncIterable<FileRecord>): AsyncGenerator<readonly FileRecord[]> {
  let batch: FileRecord[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function asList(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function number(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
