import { byCollection, objectType } from '@diode/catalogue';
import type { FileRecord } from '../read/entities-in.js';
import { rankOf } from './dependency-order.js';

/** An export holds two runs in order: everything, then the fields that point back. */
const RUNS = 2;

/**
 * Tells which records have to wait until all before them are in NetBox: in a file that is in order (sites, then racks, then devices) the first of
 * each type, so that what is referred to is there as it was asserted, not as a reference makes it. A file without such an order has no stages.
 */
export function makeStages(): (record: FileRecord) => boolean {
  let last: number | null = null;
  let runs = 1;
  return (record) => {
    const rank = typeof record.entity.object_type === 'string' ? rankOfWord(record.entity.object_type) : null;
    if (rank === null || runs > RUNS) return false;
    const isFirst = last === null;
    const differs = rank !== last;
    if (last !== null && rank < last) runs += 1;
    last = rank;
    return differs && !isFirst && runs <= RUNS;
  };
}

/** `devices`, `dcim.device` → its place. */
export function rankOfWord(word: string): number | null {
  const row = objectType(word.trim().toLowerCase()) ?? byCollection(word);
  return row === undefined ? null : rankOf(row.name);
}
