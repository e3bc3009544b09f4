import { isJsonObject, type JsonObject } from '@diode/protocol';
import type { CliError } from '../exit-codes.js';
import type { Batch } from '../ingest/in-batches.js';
import type { SentRequest } from '../ingest/sent-request.js';
import { num, objects, str } from '../show/json-fields.js';
import type { Output } from '../show/output.js';
import { printable } from '../show/sync.js';
import type { Report, ReportRow } from './report.js';

/** Knows which record of the file each answer is about, and tells the report. */
export interface Ledger {
  unreadable(): number;
  readonly unreadableAt: (mistake: CliError, where: string) => void;
  readonly sent: (sent: SentRequest, batch: Batch) => void;
  readonly receipt: (syncId: string, receipt: JsonObject) => void;
  /** `line 12` → `devices.csv:12`. */
  readonly placeOf: (where: string) => string;
  /** Of an entity of a sync. */
  readonly placeIn: (syncId: string, index: number) => string | undefined;
  /** Reports what has no receipt yet. */
  closeOpen(): void;
}

export function makeLedger(o: { file: string; report: Report | null; out: Output }): Ledger {
  const name = o.file === '-' ? 'standard input' : o.file;
  /** Places of accepted records by sync and index, until their receipts are there. */
  const open = new Map<string, (string | null)[]>();
  let unreadable = 0;
  const placeOf = (where: string): string => {
    const [, line, rest = ''] = /^line (\d+)(.*)$/.exec(where) ?? [];
    return line === undefined ? `${name}, ${where}` : `${name}:${line}${rest}`;
  };
  const add = (where: string, row: Partial<ReportRow> & { state: string }): void =>
    o.report?.add({ ...EMPTY, file: name, line: lineOf(where), place: where, ...row });
  return {
    unreadable: () => unreadable,
    placeOf,
    unreadableAt(mistake, where) {
      unreadable += 1;
      const reason = mistake.message.replace(`${name}, ${where}`, '').replace(/^[:\s]+/, '');
      o.out.lines([printable(`unreadable ${placeOf(where)}: ${reason}`)]);
      add(where, { state: 'unreadable', reason });
    },
    sent(sent, batch) {
      const refused = new Map(sent.refused.map((r) => [r.index, r]));
      const accepted: string[] = [];
      for (const [index, entity] of batch.entities.entries()) {
        const refusal = refused.get(index);
        if (refusal === undefined) accepted.push(entity.where);
        else add(entity.where, { state: 'refused', reason: `${refusal.detail} ${refusal.remedy}`.trim() });
      }
      if (sent.syncId !== null) open.set(sent.syncId, accepted);
    },
    placeIn(syncId, index) {
      const where = open.get(syncId)?.[index];
      return typeof where === 'string' ? placeOf(where) : undefined;
    },
    receipt(syncId, receipt) {
      const places = open.get(syncId);
      const index = num(receipt.index);
      add(places?.[index] ?? '', rowOf(syncId, receipt));
      if (places === undefined) return;
      places[index] = null;
      if (places.every((place) => place === null)) open.delete(syncId);
    },
    closeOpen() {
      for (const [syncId, places] of open)
        for (const where of places) if (where !== null) add(where, { state: 'sent', sync_id: syncId });
      open.clear();
    },
  };
}

const EMPTY: ReportRow = {
  file: '',
  line: null,
  place: '',
  state: '',
  action: '',
  object_type: '',
  key: '',
  netbox_url: '',
  reason: '',
  sync_id: '',
};

function lineOf(where: string): number | null {
  const line = /^line (\d+)/.exec(where)?.[1];
  return line === undefined ? null : Number(line);
}

function rowOf(syncId: string, receipt: JsonObject): Partial<ReportRow> & { state: string } {
  const { error } = receipt;
  const problems = isJsonObject(error)
    ? objects(error.errors).map((e) => `${str(e.pointer)} ${str(e.detail)} ${str(e.remedy)}`.trim())
    : [];
  const reason = isJsonObject(error) ? [str(error.detail), ...problems].filter((text) => text !== '').join(' | ') : '';
  return {
    state: str(receipt.state),
    action: str(receipt.action),
    object_type: str(receipt.object_type),
    key: str(receipt.key),
    netbox_url: isJsonObject(receipt.netbox) ? str(receipt.netbox.url) : '',
    reason,
    sync_id: syncId,
  };
}
