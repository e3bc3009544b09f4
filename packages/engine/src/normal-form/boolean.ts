import type { JsonValue } from '@diode/protocol';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

/** The words NetBox's own REST API takes, without regard to case: a spreadsheet writes `TRUE`, a CSV of NetBox `true`. */
export function normalizeBoolean(value: JsonValue): Normalized {
  if (typeof value === 'boolean') return normal(value);
  const said =
    typeof value === 'string' || typeof value === 'number' ? WORDS.get(String(value).trim().toLowerCase()) : undefined;
  return said === undefined
    ? invalid(`${excerpt(value)} is neither true nor false`, 'Send true or false.')
    : normal(said);
}
