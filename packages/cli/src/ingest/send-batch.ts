import type { JsonObject } from '@diode/protocol';
import type { Api } from '../client/api.js';
import type { ApiAnswer } from '../client/send.js';
import { CliError, EXIT } from '../exit-codes.js';
import { num, objects, str } from '../show/json-fields.js';
import type { Output } from '../show/output.js';
import { problemLines } from '../show/sync.js';
import type { Batch } from './in-batches.js';
import type { Refusal, SendJournal, SentRequest } from './sent-request.js';
import type { Totals } from './totals.js';

export interface SendBatchOptions {
  readonly api: Api;
  readonly out: Output;
  readonly dryRun: boolean;
  /** The Idempotency-Key of a request: the same for the same request of one run, another in every other run. */
  readonly keyOf: (path: string, json: string) => string;
  readonly journal?: SendJournal;
  /** A place in the file as people are told it; without it as the record says. */
  readonly placeOf?: (where: string) => string;
  /** Hears of each answer, also of one that the journal knew. */
  readonly onSent?: (sent: SentRequest, batch: Batch) => void;
}

/**
 * Sends one batch under one Idempotency-Key: repeated after a lost answer, it is stored once. A batch that is too large for this Diode
 * is halved; refusals are shown with their place in the file and the rest goes on. What the journal knows is not sent.
 * @throws CliError when Diode refuses for a reason that would meet every batch
 */
export async function sendBatch(batch: Batch, path: string, totals: Totals, o: SendBatchOptions): Promise<void> {
  const known = o.journal?.known(path);
  if (known !== undefined) return take(known, batch, totals, o);
  const json = `{"source":${JSON.stringify(batch.source)},"entities":[${batch.entities.map((e) => e.json).join(',')}]}`;
  const answer = await o.api.request('POST', `/api/v1/ingest${o.dryRun ? '?dry_run=true&wait=0' : ''}`, {
    json,
    headers: { 'idempotency-key': o.keyOf(path, json) },
  });
  if (answer.status === 413 && batch.entities.length > 1) {
    const middle = Math.ceil(batch.entities.length / 2);
    await sendBatch({ ...batch, entities: batch.entities.slice(0, middle) }, `${path}.0`, totals, o);
    return sendBatch({ ...batch, entities: batch.entities.slice(middle) }, `${path}.1`, totals, o);
  }
  const sent = answered(answer, path, batch);
  if (sent !== null) {
    o.journal?.record(sent);
    return take(sent, batch, totals, o);
  }
  totals.sent += batch.entities.length;
  totals.refused += batch.entities.length;
  o.out.lines(problemLines(answer.body, objects(answer.body.errors), (pointer) => placeOf(batch, pointer, o)));
  throw new CliError(
    answer.status === 401 || answer.status === 403 ? EXIT.unreachable : EXIT.attention,
    `Diode answered ${answer.status}: ${str(answer.body.detail ?? answer.body.title)}`,
  );
}

/** null for a refusal that would meet every batch. */
function answered(answer: ApiAnswer, path: string, batch: Batch): SentRequest | null {
  const entities = batch.entities.length;
  const errors = objects(answer.body.errors);
  if (answer.status === 200 || answer.status === 202)
    return {
      path,
      syncId: str(answer.body.sync_id),
      entities,
      accepted: num(answer.body.accepted),
      refused: errors.map((e) => ({
        index: indexOf(str(e.pointer)) ?? 0,
        detail: str(e.detail),
        remedy: str(e.remedy),
      })),
    };
  if (answer.status !== 413 && answer.status !== 422) return null;
  const whole = `${str(answer.body.title)}: ${str(answer.body.detail)}`;
  const each = new Map(errors.map((e) => [indexOf(str(e.pointer)), e]));
  const refused = batch.entities.map((_, index): Refusal => {
    const one = each.get(index) ?? each.get(null);
    return { index, detail: one === undefined ? whole : str(one.detail), remedy: str(one?.remedy) };
  });
  return { path, syncId: null, entities, accepted: 0, refused };
}

function take(sent: SentRequest, batch: Batch, totals: Totals, o: SendBatchOptions): void {
  totals.sent += sent.entities;
  totals.accepted += sent.accepted;
  totals.refused += sent.entities - sent.accepted;
  if (sent.syncId !== null) totals.syncIds.push(sent.syncId);
  o.out.lines(problemLines(null, told(sent), (pointer) => placeOf(batch, pointer, o)));
  o.onSent?.(sent, batch);
}

/** Each refusal; one line when the whole request was refused for one reason. */
function told(sent: SentRequest): readonly JsonObject[] {
  const [first] = sent.refused;
  const isOne =
    sent.syncId === null && sent.refused.length > 1 && sent.refused.every((r) => r.detail === first?.detail);
  if (first === undefined || !isOne) return sent.refused.map((r) => ({ ...r, pointer: `/entities/${r.index}` }));
  return [
    { ...first, pointer: `/entities/${first.index}`, detail: `and ${sent.refused.length - 1} more: ${first.detail}` },
  ];
}

function indexOf(pointer: string): number | null {
  const index = /^\/entities\/(\d+)/.exec(pointer)?.[1];
  return index === undefined ? null : Number(index);
}

/** A pointer into the request → the place in the file. */
function placeOf(batch: Batch, pointer: string, o: SendBatchOptions): string {
  const index = indexOf(pointer);
  const one = batch.entities.length === 1 ? batch.entities[0] : undefined;
  const where = (index === null ? one : batch.entities[index])?.where;
  if (where === undefined) return 'the request';
  return o.placeOf === undefined ? where : o.placeOf(where);
}
