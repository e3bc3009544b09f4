import { type FieldRow, type ObjectTypeName, type ObjectTypeRow, objectType } from '@diode/catalogue';
import type { JsonObject } from '@diode/protocol';
import type { Check, CustomFieldRule, Origin, Transformation, TypePolicy } from '../policy-contract.js';
import { own } from './own.js';

export interface MappingStep {
  readonly from: readonly string[];
  /** The one key of `from`, when it has one: the common case, kept cheap. */
  readonly only: string | null;
  readonly to: string;
  readonly target: readonly string[];
  readonly field: FieldRow | null;
  readonly note: string;
}

/** A name the catalogue knows for a field; `forV6` is where an IPv6 address of that name goes. */
export interface AliasStep extends MappingStep {
  readonly forV6: MappingStep;
}

export interface CustomFieldStep {
  readonly rule: CustomFieldRule;
  /** Where else than in `custom_fields` the value may stand. */
  readonly paths: readonly (readonly string[])[];
  readonly at: string;
}

/** A transformation or check and where in the object it works. */
export interface FieldStep<R> {
  readonly rule: R;
  /** `['name']`, or `['custom_fields', 'owner']`. */
  readonly path: readonly string[];
  readonly label: LabelOf | null;
  readonly at: string;
}

/** For a reference given as an object: the name of its label field, or null when it has none. */
export type LabelOf = (reference: JsonObject) => string | null;

/** What `prepare` knows about one object type under one policy, worked out once. */
export interface Program {
  readonly row: ObjectTypeRow | null;
  readonly policy: TypePolicy;
  readonly fields: ReadonlyMap<string, FieldRow>;
  readonly mappings: readonly MappingStep[];
  readonly aliases: readonly AliasStep[];
  readonly customFields: readonly CustomFieldStep[];
  readonly transforms: readonly FieldStep<Transformation>[];
  readonly checks: readonly FieldStep<Check>[];
  /** Fields that hold an address or prefix, when a filter is on. */
  readonly filtered: readonly FieldRow[];
  /** Nothing here can change or refuse a reference given as plain text. */
  readonly inertForText: boolean;
}

const programs = new WeakMap<TypePolicy, Map<ObjectTypeName, Program>>();

/** The program of a type; kept as long as the policy is. Types the catalogue lacks are not kept: their names are the clients'. */
export function programOf(name: ObjectTypeName, policy: TypePolicy): Program {
  const known = programs.get(policy)?.get(name);
  if (known !== undefined) return known;
  const program = makeProgram(name, policy);
  if (program.row === null) return program;
  const byType = programs.get(policy) ?? new Map<ObjectTypeName, Program>();
  byType.set(name, program);
  programs.set(policy, byType);
  return program;
}

function makeProgram(name: ObjectTypeName, policy: TypePolicy): Program {
  const row = objectType(name) ?? null;
  const fields = new Map((row?.fields ?? []).map((field) => [field.name, field]));
  const step = <R extends Transformation | Check>(rule: R): FieldStep<R> => {
    const field = fields.get(rule.field);
    const label = field === undefined ? null : labelOf(field);
    return { rule, path: rule.field.split('.'), label, at: placeOf(rule.origin) };
  };
  const transforms = policy.transformations.map(step);
  const checks = policy.checks.map(step);
  const filters = policy.excludePrivate !== null || policy.excludeReserved !== null;
  const isAddress = (field: FieldRow): boolean => field.kind === 'ip_address' || field.kind === 'ip_prefix';
  const filtered = filters ? [...fields.values()].filter(isAddress) : [];
  const touched = [...transforms, ...checks].map((one) => one.rule.field).concat(filtered.map((field) => field.name));
  return {
    row,
    policy,
    fields,
    mappings: policy.mappings.map(({ from, to, origin }) => mappingStep(fields, from, to, placeOf(origin))),
    aliases: Object.entries(row?.aliases ?? {}).map(([alias, to]) => ({
      ...mappingStep(fields, [alias], to, 'built in'),
      forV6: mappingStep(fields, [alias], to === 'primary_ip4' ? 'primary_ip6' : to, 'built in'),
    })),
    customFields: policy.customFields.map((rule) => ({
      rule,
      // A declared custom field may stand beside NetBox's own fields, unless it is called like one.
      paths: [...(fields.has(rule.name) ? [] : [[rule.name]]), ...(rule.source === null ? [] : [rule.source])],
      at: placeOf(rule.origin),
    })),
    transforms,
    checks,
    filtered,
    inertForText: row === null || !touched.includes(row.labelField),
  };
}

function mappingStep(
  fields: ReadonlyMap<string, FieldRow>,
  from: readonly string[],
  to: string,
  at: string,
): MappingStep {
  return {
    from,
    only: from.length === 1 ? (from[0] ?? null) : null,
    to,
    target: to.split('.'),
    field: fields.get(to) ?? null,
    note: `${from.join('.')} read as ${to} (${at})`,
  };
}

function placeOf(origin: Origin): string {
  return `${origin.file}:${origin.line}`;
}

function labelOf(field: FieldRow): LabelOf | null {
  if (field.kind === 'tags') return () => 'name';
  if (field.kind !== 'reference' && field.kind !== 'references') return null;
  const labels = (field.to ?? []).map((type) => objectType(type)?.labelField).filter((label) => label !== undefined);
  return (reference) => labels.find((label) => own(reference, label) !== undefined) ?? null;
}
