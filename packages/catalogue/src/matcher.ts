import type { MatcherRow } from './object-type.js';

type Options = Omit<MatcherRow, 'name' | 'fields' | 'unique'>;

/** NetBox holds at most one object of these fields. */
export const unique = (name: string, fields: readonly string[], options: Options = {}): MatcherRow => ({
  name,
  fields,
  unique: true,
  ...options,
});

/** NetBox may hold several: one hit is the object, more are an ambiguity. */
export const weak = (name: string, fields: readonly string[], options: Options = {}): MatcherRow => ({
  name,
  fields,
  unique: false,
  ...options,
});
