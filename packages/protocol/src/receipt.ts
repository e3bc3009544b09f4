import type { JsonValue } from './json.js';
import type { Action, EntityState, SyncStatus, Verdict } from './states.js';

/** A fault or refusal at one place of a body: RFC 6901 pointer, stable code, sentence, remedy. */
export interface ProblemItem {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;
}

export interface NetboxLink {
  readonly id: number;
  /** The object's page for people. */
  readonly url: string;
}

/**
 * What became of one field and by which rule (I8). A reference in `from` and `to` is `{"id": 1, "display": "Catalyst 9300"}`, with `id` null while it is not made
 * and as the bare id where Diode has not met the object; a list of references is a list of these. All other values are as NetBox writes them.
 */
export interface FieldVerdict {
  readonly verdict: Verdict;
  readonly from: JsonValue;
  readonly to: JsonValue;
  readonly rule: string;
  readonly reason: string;
}

/** An object written on behalf of an entity although the entity is not about it. */
export interface AlsoChanged {
  readonly object_type: string;
  readonly key: string;
  readonly action: Action;
  readonly netbox: NetboxLink | null;
  readonly because: string;
}

/** What became of one entity (DESIGN "Shapes on the wire"). Times are UTC with `Z`. */
export interface Receipt {
  readonly index: number;
  readonly object_type: string;
  readonly key: string;
  readonly state: EntityState;
  readonly action: Action | null;
  readonly netbox: NetboxLink | null;
  readonly fields: Readonly<Record<string, FieldVerdict>>;
  readonly also: readonly AlsoChanged[];
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly waiting_for: string | null;
  readonly error: { readonly code: string; readonly detail: string; readonly errors: readonly ProblemItem[] } | null;
  readonly timing: {
    readonly received_at: string;
    readonly planned_at: string | null;
    readonly applied_at: string | null;
  };
}

/** One sync with a page of its receipts. `next` is an opaque cursor, null on the last page. */
export interface SyncView {
  readonly sync_id: string;
  readonly source: string;
  readonly client_id: string;
  readonly status: SyncStatus;
  readonly dry_run: boolean;
  readonly counts: Readonly<Partial<Record<EntityState, number>>>;
  readonly received_at: string;
  readonly completed_at: string | null;
  readonly entities: readonly Receipt[];
  readonly next: string | null;
}

/** The answer to an accepted ingest. */
export interface Accepted {
  readonly sync_id: string;
  readonly status: 'queued';
  readonly accepted: number;
  readonly refused: number;
  readonly errors: readonly ProblemItem[];
  readonly status_url: string;
  readonly received_at: string;
  readonly notes: readonly string[];
}

/** `queued` until the first entity moves, `running` until all are terminal, then `completed` or `attention`. */
export function syncStatus(counts: Readonly<Partial<Record<EntityState, number>>>): SyncStatus {
  const n = (s: EntityState): number => counts[s] ?? 0;
  const open = n('queued') + n('planning') + n('retrying') + n('waiting');
  const done = n('applied') + n('unchanged') + n('held') + n('rejected') + n('failed');
  if (open > 0) return n('queued') === open && done === 0 ? 'queued' : 'running';
  return n('held') + n('rejected') + n('failed') > 0 ? 'attention' : 'completed';
}
