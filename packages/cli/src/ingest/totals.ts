import type { JsonObject } from '@diode/protocol';

/** What became of a file so far. */
export interface Totals {
  sent: number;
  accepted: number;
  refused: number;
  /** Entities by the state of their receipt; filled while following. */
  readonly counts: Record<string, number>;
  readonly syncIds: string[];
}

export function noTotals(): Totals {
  return { sent: 0, accepted: 0, refused: 0, counts: {}, syncIds: [] };
}

/** For `--json`. */
export function totalsAsJson(totals: Totals): JsonObject {
  const { sent, accepted, refused, counts, syncIds } = totals;
  return { sent, accepted, refused, counts, sync_ids: syncIds };
}
