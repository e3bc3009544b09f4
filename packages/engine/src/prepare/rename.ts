import type { FieldRow } from '@diode/catalogue';
import type { JsonObject, JsonValue } from '@diode/protocol';
import type { Mapping } from '../policy-contract.js';
import { addressFamily } from './address-filter.js';
import { hasShape } from './has-shape.js';
import { type Draft, own, ownAt, pointerOf, putAt, removeAt } from './own.js';

/** Names the seed uses for a device's primary address; built in, whatever the files say. */
const ADDRESS_ALIASES = ['management_ip', 'mgmt_ip'] as const;

export interface RenameInput {
  readonly asserted: JsonObject;
  readonly draft: Draft;
  readonly fields: ReadonlyMap<string, FieldRow>;
  readonly mappings: readonly Mapping[];
  readonly notes: string[];
}

/** Where a field came from, for pointers: target → the asserted path. */
export type Origins = Map<string, readonly string[]>;

/**
 * Carries out mappings, then the built-in aliases, on `draft`. A mapping fires only when its target is absent and the value
 * has the target's shape; otherwise the source name keeps its own NetBox meaning (READING "Order of a fact's way").
 */
export function rename(input: RenameInput): Origins {
  const origins: Origins = new Map();
  for (const mapping of input.mappings) {
    if (renameOne(input, mapping.from, mapping.to)) {
      origins.set(mapping.to, mapping.from);
      input.notes.push(
        `${mapping.from.join('.')} read as ${mapping.to} (${mapping.origin.file}:${mapping.origin.line})`,
      );
    }
  }
  if (input.fields.has('primary_ip4')) {
    for (const alias of ADDRESS_ALIASES) {
      const value = own(input.draft, alias);
      if (value === undefined || input.fields.has(alias)) continue;
      const to = addressFamilyOf(value) === 6 ? 'primary_ip6' : 'primary_ip4';
      if (renameOne(input, [alias], to)) {
        origins.set(to, [alias]);
        input.notes.push(`${alias} read as ${to} (built in)`);
      }
    }
  }
  return origins;
}

function renameOne({ asserted, draft, fields }: RenameInput, from: readonly string[], to: string): boolean {
  const target = to.split('.');
  const [first = ''] = from;
  if (from.length === 1 && first === to) return false;
  const value = ownAt(asserted, from);
  if (value === undefined || ownAt(draft, target) !== undefined) return false;
  const field = fields.get(to);
  if (field !== undefined && !hasShape(value, field)) return false;
  // `location: null` clears the location: it must not clear the site the mapping would make of it.
  if (value === null && fields.has(first)) return false;
  // Removed first, so that an object the path leaves empty does not stand in the target's way.
  removeAt(draft, from);
  return putAt(draft, target, value);
}

function addressFamilyOf(value: JsonValue): 4 | 6 | null {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return addressFamily(own(value as JsonObject, 'address') ?? null);
  }
  return addressFamily(value);
}

/** The pointer of a field in the body the client sent. */
export function assertedPointer(prefix: string, path: readonly string[], origins: Origins): string {
  return pointerOf(prefix, origins.get(path.join('.')) ?? path);
}
