import { type FieldRow, type ObjectTypeName, type ObjectTypeRow, objectType } from '@diode/catalogue';
import type { JsonObject } from '@diode/protocol';
import type { Check, Transformation, TypePolicy } from '../policy-contract.js';
import { own } from './own.js';

/** A transformation and where in the object it works. */
export interface TransformStep {
  readonly rule: Transformation;
  /** `['name']`, or `['custom_fields', 'owner']`. */
  readonly path: readonly string[];
  readonly label: LabelOf | null;
  readonly note: string;
}

export interface CheckStep {
  readonly rule: Check;
  readonly path: readonly string[];
  readonly label: LabelOf | null;
}

/** For a reference given as an object: the name of its label field, or null when it has none. */
export type LabelOf = (reference: JsonObject) => string | null;

/** What `prepare` knows about one object type under one policy, worked out once. */
export interface Program {
  readonly row: ObjectTypeRow | null;
  readonly policy: TypePolicy;
  readonly fields: ReadonlyMap<string, FieldRow>;
  readonly transforms: readonly TransformStep[];
  readonly checks: readonly CheckStep[];
  /** Fields that hold an address or prefix, when a filter is on. */
  readonly filtered: readonly FieldRow[];
  /** Nothing here can change or refuse a reference given as plain text. */
  readonly inertForText: boolean;
}

const programs = new WeakMap<TypePolicy, Map<ObjectTypeName, Program>>();

/** The program of a type; kept as long as the policy is. Types the catalogue lacks are not kept: their names are the clients'. */
export function programOf(name: ObjectTypeName, policy: TypePolicy): Program {
  if (objectType(name) === undefined) return makeProgram(name, policy);
  let byType = programs.get(policy);
  if (byType === undefined) programs.set(policy, (byType = new Map()));
  let program = byType.get(name);
  if (program === undefined) byType.set(name, (program = makeProgram(name, policy)));
  return program;
}

function makeProgram(name: ObjectTypeName, policy: TypePolicy): Program {
  const row = objectType(name) ?? null;
  const fields = new Map((row?.fields ?? []).map((field) => [field.name, field]));
  const filters = policy.excludePrivate !== null || policy.excludeReserved !== null;
  const filtered = filters
    ? [...fields.values()].filter((field) => field.kind === 'ip_address' || field.kind === 'ip_prefix')
    : [];
  const step = <R extends Transformation | Check>(rule: R) => {
    const field = fields.get(rule.field);
    return { rule, path: rule.field.split('.'), label: field === undefined ? null : labelOf(field) };
  };
  const transforms = policy.transformations.map((rule) => ({
    ...step(rule),
    note: `${rule.field} changed by ${rule.origin.file}:${rule.origin.line}`,
  }));
  const checks = policy.checks.map((rule) => step(rule));
  const label = row?.labelField;
  const inertForText = ![...policy.transformations, ...policy.checks, ...filtered.map((f) => ({ field: f.name }))].some(
    (rule) => rule.field === label,
  );
  return { row, policy, fields, transforms, checks, filtered, inertForText };
}

function labelOf(field: FieldRow): LabelOf | null {
  if (field.kind === 'tags') return () => 'name';
  if (field.kind !== 'reference' && field.kind !== 'references') return null;
  const labels = (field.to ?? []).map((type) => objectType(type)?.labelField).filter((label) => label !== undefined);
  return (reference) => labels.find((label) => own(reference, label) !== undefined) ?? null;
}
