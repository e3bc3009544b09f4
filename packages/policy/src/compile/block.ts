import type { ObjectTypeName, ObjectTypeRow } from '@diode/catalogue';
import type { Check, CustomFieldRule, Mapping, Origin, Transformation } from '@diode/engine';
import type { JsonValue } from '@diode/protocol';
import type { EffectiveRule } from '../effective-rule.js';
import type { Placed } from '../read/reader.js';
import { type AppliesTo, EVERYWHERE } from '../schema/applies-to.js';
import type { OfType } from '../schema/collection.js';
import type { ConflictBlock } from '../schema/conflict-resolution.js';
import type { RuleSpec } from '../schema/rule-spec.js';
import type { SyncBlock } from '../schema/sync-policies.js';
import type { TransformationSpec } from '../schema/transformation-spec.js';
import type { TransformationBlock } from '../schema/transformations.js';
import { compileCheck, describeCheck } from './check.js';
import { compileTransformation, describeTransformation } from './transformation.js';

/** One block of one file, compiled: rules that hold together for one object type, somewhere. */
export interface Block {
  readonly objectType: ObjectTypeName;
  readonly appliesTo: AppliesTo;
  readonly mappings: Mapping[];
  readonly transformations: Transformation[];
  readonly customFields: CustomFieldRule[];
  readonly defaults: { readonly field: string; readonly value: JsonValue; readonly origin: Origin }[];
  readonly required: { readonly field: string; readonly origin: Origin }[];
  readonly checks: Check[];
  excludePrivate: Origin | null;
  excludeReserved: Origin | null;
  enforceCase: boolean | null;
  /** The same in words. */
  readonly rules: EffectiveRule[];
}

const DAY_SECONDS = 86_400;

/** `transformations.yml`: mappings, values, custom fields, validation. */
export function transformationBlock(of: OfType<TransformationBlock>, ofFile: AppliesTo | undefined): Block {
  const read = of.value;
  const block = emptyBlock(of.row, read.applies_to ?? ofFile);
  for (const [from, to] of read.field_mappings ?? []) {
    if (from === to.value) continue;
    block.mappings.push({ from: from.split('.'), to: to.value, origin: to.origin });
    say(block, 'mapping', to.value, `${from} is read as ${to.value}`, to.origin);
  }
  addTransformations(block, read.value_transformations);
  for (const [name, { value: spec, origin }] of read.custom_fields ?? []) {
    block.customFields.push({
      name,
      source: spec.source?.split('.') ?? null,
      default: spec.default,
      format: spec.format ?? null,
      type: spec.type ?? null,
      minIntervalSeconds: spec.min_interval ?? DAY_SECONDS,
      origin,
    });
    say(block, 'custom_field', `custom_fields.${name}`, describeCustomField(spec), origin);
  }
  for (const [field, rules] of read.validation ?? []) addRules(block, field, rules);
  return block;
}

/** `sync-policies.yml`: fields, values, rules, filters. */
export function syncBlock(of: OfType<SyncBlock>, ofFile: AppliesTo | undefined): Block {
  const read = of.value;
  const block = emptyBlock(of.row, read.applies_to ?? ofFile);
  for (const { value: field, origin } of read.fields?.required ?? []) addRequired(block, field, origin);
  for (const { value: name, origin } of read.fields?.custom ?? []) {
    block.customFields.push({
      name,
      source: null,
      default: undefined,
      format: null,
      type: null,
      minIntervalSeconds: DAY_SECONDS,
      origin,
    });
    say(block, 'custom_field', `custom_fields.${name}`, 'declared', origin);
  }
  addTransformations(block, read.transformations);
  for (const { value: rule, origin } of read.validation_rules ?? []) {
    addRules(
      block,
      rule.field,
      rule.rules.map((value) => ({ value, origin, at: { line: origin.line, column: 1 } })),
    );
  }
  for (const filter of read.filters ?? []) {
    if (filter.exclude_private !== undefined) block.excludePrivate = onlyIf(filter.exclude_private);
    if (filter.exclude_reserved !== undefined) block.excludeReserved = onlyIf(filter.exclude_reserved);
  }
  if (block.excludePrivate !== null) say(block, 'filter', null, 'private addresses are left out', block.excludePrivate);
  if (block.excludeReserved !== null)
    say(block, 'filter', null, 'reserved addresses are left out', block.excludeReserved);
  setCase(block, read.enforce_case);
  return block;
}

/** `conflict-resolution.yml`: only `enforce_case` is in force. */
export function conflictBlock(of: OfType<ConflictBlock>): Block {
  const block = emptyBlock(of.row, undefined);
  setCase(block, of.value.enforce_case);
  return block;
}

function emptyBlock(row: ObjectTypeRow, appliesTo: AppliesTo | undefined): Block {
  return {
    objectType: row.name,
    appliesTo: appliesTo ?? EVERYWHERE,
    mappings: [],
    transformations: [],
    customFields: [],
    defaults: [],
    required: [],
    checks: [],
    excludePrivate: null,
    excludeReserved: null,
    enforceCase: null,
    rules: [],
  };
}

function addTransformations(
  block: Block,
  byField: ReadonlyMap<string, readonly Placed<TransformationSpec>[]> | undefined,
): void {
  for (const [field, specs] of byField ?? []) {
    for (const spec of specs) {
      const transformation = compileTransformation(field, spec);
      if (transformation !== null) block.transformations.push(transformation);
      if (spec.value.type === 'default') block.defaults.push({ field, value: spec.value.value, origin: spec.origin });
      const kind = spec.value.type === 'default' ? 'default' : 'transformation';
      say(block, kind, field, describeTransformation(spec.value), spec.origin);
    }
  }
}

function addRules(block: Block, field: string, rules: readonly Placed<RuleSpec>[]): void {
  for (const { value: rule, origin } of rules) {
    const check = compileCheck(field, rule, origin);
    if (check === null) addRequired(block, field, origin);
    else {
      block.checks.push(check);
      say(block, 'check', field, describeCheck(rule), origin);
    }
  }
}

function addRequired(block: Block, field: string, origin: Origin): void {
  if (block.required.some((one) => one.field === field)) return;
  block.required.push({ field, origin });
  say(block, 'required', field, 'needed to create', origin);
}

function setCase(block: Block, written: Placed<boolean> | undefined): void {
  if (written === undefined) return;
  block.enforceCase = written.value;
  say(block, 'case', 'name', written.value ? 'a difference of case counts' : 'case does not count', written.origin);
}

function onlyIf(written: Placed<boolean>): Origin | null {
  return written.value ? written.origin : null;
}

function describeCustomField(spec: { source?: string; default?: JsonValue; format?: string }): string {
  const parts = ['declared'];
  if (spec.source !== undefined) parts.push(`read from ${spec.source}`);
  if (spec.default !== undefined) parts.push(`default ${JSON.stringify(spec.default)} when created`);
  if (spec.format !== undefined) parts.push(`format ${spec.format}`);
  return parts.join(', ');
}

function say(block: Block, kind: EffectiveRule['kind'], field: string | null, says: string, origin: Origin): void {
  const { channels, sources } = block.appliesTo;
  block.rules.push({ objectType: block.objectType, kind, field, says, channels, sources, origin });
}
