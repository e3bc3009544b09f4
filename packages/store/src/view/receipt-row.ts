import type { Action, EntityState, Receipt } from '@diode/protocol';
import type { FinishedWork } from '../contract.js';
import { instantOrNull } from '../postgres/json-column.js';

/** A row of RECEIPT_PAGE: a receipt, or a work row dressed as one. */
export interface ReceiptRow {
  readonly index: number;
  readonly object_type: string;
  readonly key: string;
  readonly state: EntityState;
  readonly action: Action | null;
  readonly netbox_id: string | null;
  readonly netbox_url: string | null;
  readonly detail: string | null;
  readonly attempts: number;
  readonly planned_at: Date | null;
  readonly applied_at: Date | null;
  readonly due_at: Date | null;
  readonly waiting_for: string | null;
  readonly last_error: string | null;
}

/** `detail` as `finish` wrote it; an unchanged entity has none, its verdicts are rebuilt on demand. */
function detailOf(row: ReceiptRow): NonNullable<FinishedWork['detail']> {
  if (row.detail !== null) return JSON.parse(row.detail);
  if (row.last_error === null) return { fields: {}, also: [], error: null };
  const error: { code: string; detail: string } = JSON.parse(row.last_error);
  return { fields: {}, also: [], error: { ...error, errors: [] } };
}

function linkOf(row: ReceiptRow): Receipt['netbox'] {
  return row.netbox_id === null || row.netbox_url === null ? null : { id: Number(row.netbox_id), url: row.netbox_url };
}

export function toReceipt(row: ReceiptRow, receivedAt: string): Receipt {
  const parked = row.state === 'retrying' || row.state === 'waiting';
  return {
    index: row.index,
    object_type: row.object_type,
    key: row.key,
    state: row.state,
    action: row.action,
    netbox: linkOf(row),
    ...detailOf(row),
    attempts: row.attempts,
    next_attempt_at: parked ? instantOrNull(row.due_at) : null,
    waiting_for: row.waiting_for,
    timing: {
      received_at: receivedAt,
      planned_at: instantOrNull(row.planned_at),
      applied_at: instantOrNull(row.applied_at),
    },
  };
}
