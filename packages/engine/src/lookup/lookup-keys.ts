import { type MatcherRow, type ObjectTypeRow, objectType } from '@diode/catalogue';
import type { Observed } from '../contract.js';
import { knownOf } from './known-of.js';
import { type Knowing, matcherKey } from './matcher-key.js';

/** The keys of all look-ups that find this object: what the mirror files it under. */
export function lookupKeys(observed: Observed): readonly string[] {
  const row = objectType(observed.objectType);
  return row === undefined ? [] : keysOf(row, knownOf(row, observed.data));
}

/** The keys of all matchers and indexes that apply to what is known. An empty text identifies nothing. */
export function keysOf(row: ObjectTypeRow, knowing: Knowing): readonly string[] {
  const keys: string[] = [];
  const meaning: Knowing = (field) => {
    const value = knowing(field);
    return value === '' ? undefined : value;
  };
  const add = (matcher: MatcherRow): void => {
    const key = matcherKey(row, matcher, meaning);
    if (key !== null) keys.push(key);
  };
  for (const matcher of row.matchers) add(matcher);
  for (const index of row.indexes ?? []) if (index.fields.every((field) => knowing(field) !== false)) add(index);
  return keys;
}
