import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { addressFamily } from './address-filter.js';
import { hasShape } from './has-shape.js';
import { type Draft, own, ownAt, pointerOf, putAt, withoutPath } from './own.js';
import type { MappingStep, Program } from './program.js';
import { note, type Scope } from './scope.js';

/** Where a field came from, for pointers: target → the asserted path. */
export type Origins = Map<string, readonly string[]>;

/** What is becoming of an asserted object. */
export interface Work {
  readonly asserted: JsonObject;
  draft: Draft;
  readonly origins: Origins;
}

/**
 * Carries out mappings, then the catalogue's aliases (`management_ip`), which hold whatever the files say. A mapping fires only when its target is absent and the value has the
 * target's shape; otherwise the source name keeps its own NetBox meaning (READING "Order of a fact's way").
 */
export function rename(scope: Scope, program: Program, work: Work): void {
  for (const step of program.mappings) {
    const value = step.only === null ? ownAt(work.asserted, step.from) : own(work.asserted, step.only);
    if (value === undefined) continue;
    if (renameOne(program, work, step, value)) note(scope, step.note);
  }
  for (const step of program.aliases) {
    const value = own(work.draft, step.from[0] ?? '');
    if (value === undefined) continue;
    const fitting = familyOf(value) === 6 ? step.forV6 : step;
    if (renameOne(program, work, fitting, value)) note(scope, fitting.note);
  }
}

function renameOne(
  program: Program,
  work: Work,
  { from, to, target, field }: Pick<MappingStep, 'from' | 'to' | 'target' | 'field'>,
  value: JsonValue,
): boolean {
  if (ownAt(work.draft, target) !== undefined) return false;
  if (field !== null && !hasShape(value, field)) return false;
  // `location: null` clears the location: it must not clear the site the mapping would make of it.
  if (value === null && program.fields.has(from[0] ?? '')) return false;
  // Removed first, so that an object the path leaves empty does not stand in the target's way.
  const draft = withoutPath(work.draft, from);
  if (!putAt(draft, target, value)) return false;
  work.draft = draft;
  work.origins.set(to, from);
  return true;
}

function familyOf(value: JsonValue): 4 | 6 | null {
  return addressFamily(isJsonObject(value) ? (own(value, 'address') ?? null) : value);
}

/** The pointer of a field in the body the client sent. */
export function assertedPointer(prefix: string, path: readonly string[], origins: Origins): string {
  return pointerOf(prefix, (origins.size > 0 ? origins.get(path.join('.')) : undefined) ?? path);
}
