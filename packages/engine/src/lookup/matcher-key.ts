import type { MatcherRow, ObjectTypeRow } from '@diode/catalogue';
import { fieldOf } from '@diode/catalogue';
import type { Lookup } from '../contract.js';
import { hostOf } from '../normal-form/address.js';

/** What is known of one field of a matcher: a scalar, the id of a reference, or the pair of a generic one. */
export type Known = string | number | boolean | null | KnownPair;
export interface KnownPair {
  readonly type: string;
  readonly id: number;
}

/** Gives what is known of a field; undefined = nothing. */
export type Knowing = (field: string) => Known | undefined;

/**
 * The key of the look-up a matcher makes of what is known, or null when it does not apply. `dcim.device|site=3|tenant!|name~switch-01`: `=` a value,
 * `~` without regard to case, `!` null. Identity asks by it and the mirror files objects under it: one function, so that they agree.
 */
export function matcherKey(row: ObjectTypeRow, matcher: MatcherRow, knowing: Knowing): string | null {
  let key = row.name;
  for (const field of matcher.fields) {
    let value = knowing(field);
    if (value === undefined || value === null) {
      if (matcher.nullOk?.includes(field) !== true) return null;
      value = null;
    }
    key += part(matcher, field, value);
  }
  return key;
}

function part(matcher: MatcherRow, field: string, value: Known): string {
  if (value === null) return `|${field}!`;
  switch (typeof value) {
    case 'string':
      if (matcher.fold?.includes(field) === true) return `|${field}~${escaped(fold(value))}`;
      return `|${field}=${escaped(matcher.host?.includes(field) === true ? hostOf(value) : value)}`;
    case 'object':
      return `|${field}=${value.type}:${value.id}`;
    default:
      return `|${field}=${value}`;
  }
}

/** The look-up itself. Only for keys without an object still to be made. */
export function matcherLookup(row: ObjectTypeRow, matcher: MatcherRow, knowing: Knowing, key: string): Lookup {
  const values: Record<string, string | number | null> = {};
  for (const field of matcher.fields) {
    const value = knowing(field) ?? null;
    const generic = fieldOf(row, field)?.kind === 'generic_reference';
    if (value === null) values[generic ? `${field}_id` : field] = null;
    else if (typeof value === 'object') {
      values[`${field}_type`] = value.type;
      values[`${field}_id`] = value.id;
    } else if (typeof value === 'string')
      values[field] = matcher.host?.includes(field) === true ? hostOf(value) : value;
    else values[field] = typeof value === 'boolean' ? String(value) : value;
  }
  const by = { kind: 'fields', values, fold: matcher.fold ?? [] } as const;
  return matcher.unique ? { key, objectType: row.name, by } : { key, objectType: row.name, by, many: true };
}

/** Case as NetBox's `Lower()` sees it. */
export function fold(text: string): string {
  return text.toLowerCase();
}

function escaped(text: string): string {
  return /[|\\]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('|', '\\|') : text;
}
