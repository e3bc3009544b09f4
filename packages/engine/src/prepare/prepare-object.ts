import type { ObjectTypeName } from '@diode/catalogue';
import type { JsonObject, JsonValue, ProblemItem } from '@diode/protocol';
import type { Origin } from '../policy-contract.js';
import { isPrivateAddress, isReservedAddress } from './address-filter.js';
import { fillCustomFields, type Misformatted } from './custom-field-sources.js';
import { mapLabel, testLabel } from './label-value.js';
import { type Draft, draftOf, own, ownAt, putAt } from './own.js';
import { prepareReferences } from './prepare-references.js';
import type { Program } from './program.js';
import { assertedPointer, rename, type Work } from './rename.js';
import { type Filtered, note, programFor, type Scope } from './scope.js';

export interface PreparedObject {
  readonly data: JsonObject;
  readonly filtered: Filtered | null;
}

/** Takes one object, the asserted one or one nested in it, along READING's "Order of a fact's way". Problems go to the scope. */
export function prepareObject(
  scope: Scope,
  type: ObjectTypeName,
  asserted: JsonObject,
  pointer: string,
  depth: number,
): PreparedObject {
  const program = programFor(scope, type);
  const work: Work = { asserted, draft: draftOf(asserted), origins: new Map() };
  if (Object.hasOwn(asserted, '__proto__')) note(scope, `${pointer}/__proto__ left out: no field can have this name`);
  // Typed diode.v1 messages already use NetBox's names (READING).
  if (scope.where.channel !== 'grpc') rename(scope, program, work);
  const misformatted = fillCustomFields(scope, program, work);
  transform(scope, program, work.draft, pointer);
  prepareReferences(work, program, pointer, { scope, descend: { object: prepareObject, text: prepareText }, depth });
  const pointerTo = (path: readonly string[]): string => assertedPointer(pointer, path, work.origins);
  const filtered = filter(program, work.draft, pointerTo);
  check(scope, program, work.draft, misformatted, pointerTo);
  return { data: work.draft, filtered };
}

/** Takes a reference given as text along the same way: the text is the label of the type referred to. */
export function prepareText(
  scope: Scope,
  program: Program,
  text: string,
  pointer: string,
): { readonly value: JsonValue; readonly filtered: Filtered | null } {
  const label = program.row?.labelField;
  if (label === undefined) return { value: text, filtered: null };
  const draft: Draft = { [label]: text };
  transform(scope, program, draft, pointer);
  const filtered = filter(program, draft, () => pointer);
  check(scope, program, draft, [], () => pointer);
  return { value: own(draft, label) ?? text, filtered };
}

function transform(scope: Scope, program: Program, draft: Draft, pointer: string): void {
  for (const step of program.transforms) {
    const before = step.path.length === 1 ? own(draft, step.rule.field) : ownAt(draft, step.path);
    if (before === undefined || before === null) continue;
    const after = mapLabel(before, step.label, step.rule.apply);
    if (after === before) continue;
    putAt(draft, step.path, after);
    note(scope, `${pointer}/${step.path.join('/')} changed by ${step.at}`);
  }
}

function filter(program: Program, draft: Draft, pointerTo: (path: readonly string[]) => string): Filtered | null {
  const { excludePrivate, excludeReserved } = program.policy;
  for (const field of program.filtered) {
    const kind = field.kind === 'ip_prefix' ? 'ip_prefix' : 'ip_address';
    const value = own(draft, field.name);
    if (value === undefined) continue;
    if (excludeReserved !== null && isReservedAddress(value, kind)) {
      return { pointer: pointerTo([field.name]), origin: excludeReserved, why: `${String(value)} is reserved` };
    }
    if (excludePrivate !== null && isPrivateAddress(value, kind)) {
      return { pointer: pointerTo([field.name]), origin: excludePrivate, why: `${String(value)} is private` };
    }
  }
  return null;
}

function check(
  scope: Scope,
  program: Program,
  draft: Draft,
  misformatted: readonly Misformatted[],
  pointerTo: (path: readonly string[]) => string,
): void {
  for (const { rule, value } of misformatted) {
    scope.problems.push({
      pointer: pointerTo(['custom_fields', rule.name]),
      code: 'format',
      detail: `${excerpt(value)} names no moment, and ${rule.origin.file}:${rule.origin.line} wants ISO 8601`,
      remedy: 'Send a time such as 2026-01-31T12:00:00Z.',
    });
  }
  for (const step of program.checks) {
    const value = step.path.length === 1 ? own(draft, step.rule.field) : ownAt(draft, step.path);
    if (value === undefined) continue;
    const complaint = testLabel(value, step.label, step.rule.test);
    if (complaint === null) continue;
    const found = problem(step.rule, complaint, pointerTo(step.path));
    // Two files may say the same of a field, as the seed's do of a VLAN's id: one answer is enough.
    const said = (one: ProblemItem): boolean =>
      one.pointer === found.pointer && one.detail.startsWith(`${complaint} (`);
    if (!scope.problems.some(said)) scope.problems.push(found);
  }
}

function problem(rule: { code: string; remedy: string; origin: Origin }, detail: string, pointer: string): ProblemItem {
  return {
    pointer,
    code: rule.code,
    detail: `${detail} (${rule.origin.file}:${rule.origin.line})`,
    remedy: rule.remedy,
  };
}

/** The problem of an asserted object that a filter turns away. */
export function filteredProblem(filtered: Filtered): ProblemItem {
  return {
    pointer: filtered.pointer,
    code: 'filtered',
    detail: `${filtered.why}, and ${filtered.origin.file}:${filtered.origin.line} leaves such addresses out`,
    remedy: `Nothing, if that is meant. To take it, change ${filtered.origin.key} in ${filtered.origin.file}.`,
  };
}

function excerpt(value: JsonValue): string {
  if (typeof value === 'object') return 'The value';
  const text = String(value);
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
