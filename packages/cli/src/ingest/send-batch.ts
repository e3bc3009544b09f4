import { hash } from 'node:crypto';
import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { num, objects, str } from '../show/json-fields.js';
import type { Output } from '../show/output.js';
import { problemLines } from '../show/sync.js';
import type { Batch } from './in-batches.js';
import type { Totals } from './totals.js';

export interface SendBatchOptions {
  readonly api: Api;
  readonly out: Output;
  readonly dryRun: boolean;
  /** Of this run. In another run the same content is sent again, because NetBox may have changed meanwhile; it then lands as unchanged. */
  readonly runId: string;
}

/**
 * Sends one batch under one Idempotency-Key: repeated after a lost answer, it is stored once. A batch that is too large for this Diode
 * is halved; refusals are shown with their place in the file and the rest goes on.
 * @throws CliError when Diode refuses for a reason that would meet every batch
 */
export async function sendBatch(batch: Batch, totals: Totals, o: SendBatchOptions): Promise<void> {
  const json = `{"source":${JSON.stringify(batch.source)},"entities":[${batch.entities.map((e) => e.json).join(',')}]}`;
  const answer = await o.api.request('POST', `/api/v1/ingest${o.dryRun ? '?dry_run=true&wait=0' : ''}`, {
    json,
    headers: { 'idempotency-key': `cli-${hash('sha256', json, 'hex').slice(0, 24)}-${o.runId}` },
  });
  if (answer.status === 413 && batch.entities.length > 1) {
    const middle = Math.ceil(batch.entities.length / 2);
    await sendBatch({ ...batch, entities: batch.entities.slice(0, middle) }, totals, o);
    return sendBatch({ ...batch, entities: batch.entities.slice(middle) }, totals, o);
  }
  const errors = objects(answer.body.errors);
  const where = (pointer: string): string => placeOf(batch, pointer);
  totals.sent += batch.entities.length;
  if (answer.status === 200 || answer.status === 202) {
    totals.accepted += num(answer.body.accepted);
    totals.refused += num(answer.body.refused);
    totals.syncIds.push(str(answer.body.sync_id));
    o.out.lines(problemLines(null, errors, where));
    return;
  }
  totals.refused += batch.entities.length;
  o.out.lines(problemLines(answer.body, errors, where));
  if (answer.status === 413 || answer.status === 422) return;
  throw new CliError(
    answer.status === 401 || answer.status === 403 ? EXIT.unreachable : EXIT.attention,
    `Diode answered ${answer.status}: ${str(answer.body.detail ?? answer.body.title)}`,
  );
}

/** A pointer into the request → the place in the file. */
function placeOf(batch: Batch, pointer: string): string {
  const index = /^\/entities\/(\d+)/.exec(pointer)?.[1];
  const one = batch.entities.length === 1 ? batch.entities[0] : undefined;
  return (index === undefined ? one : batch.entities[Number(index)])?.where ?? 'the request';
}
