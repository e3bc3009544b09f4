import { isJsonObject, type JsonValue, type ProblemItem } from '@diode/protocol';
import type { FieldPlan } from '../contract.js';
import { policyFor } from '../graph/graph.js';
import { currentValue } from '../graph/label.js';
import type { CustomEntry, GraphNode } from '../graph/node.js';
import { normalizeCustomValue } from '../normal-form/custom-value.js';
import { sameCustomValue } from '../normal-form/same-value.js';
import { instantOf } from '../normal-form/time.js';
import type { CustomFieldRule } from '../policy-contract.js';
import type { Draft } from './draft.js';
import { type Planner, touch } from './planner.js';
import { resolve } from './resolve.js';
import { EQUAL, NOTHING_TO_CLEAR, RULES, ruleOf, speaker } from './words.js';

interface Wanted {
  readonly entry: CustomEntry;
  readonly node: GraphNode;
  /** Set when nobody said and this is the default. */
  readonly fallback: { readonly rule: string; readonly reason: string } | undefined;
}

/**
 * Custom fields are compared and sent one by one, as `custom_fields.<name>`: NetBox merges them key by key (facts/netbox.md §5.5). One that NetBox
 * does not have for this type is a verdict, never a failure.
 */
export function planCustomFields(planner: Planner, draft: Draft, writers: readonly GraphNode[]): void {
  const stamps: string[] = [];
  for (const [name, wanted] of wantedOf(draft, writers)) {
    const rule = policyFor(planner.graph, draft.thing.row, wanted.node.mention).customFields.find(
      (one) => one.name === name,
    );
    const plan = planOne(planner, draft, name, wanted);
    draft.fields.set(`custom_fields.${name}`, plan);
    if (plan.verdict === 'written' && rule?.format === 'iso8601' && isTooSoon(planner, rule, plan)) stamps.push(name);
  }
  if (stamps.length === 0 || draft.thing.observed === null) return;
  holdStamps(planner, draft, stamps, writers);
}

const NOTHING: ReadonlyMap<string, Wanted> = new Map();

/** Of two assertions the later, of an assertion and a reference the assertion. */
function wantedOf(draft: Draft, writers: readonly GraphNode[]): ReadonlyMap<string, Wanted> {
  const { thing } = draft;
  if (thing.observed !== null && !writers.some((node) => node.fields.has('custom_fields'))) return NOTHING;
  const wanted = new Map<string, Wanted>();
  const ordered =
    writers.length === 1
      ? writers
      : [...writers].sort(
          (a, b) => Number(a.shape === 'asserted') - Number(b.shape === 'asserted') || a.order - b.order,
        );
  for (const node of ordered) {
    const input = node.fields.get('custom_fields');
    if (input?.kind !== 'custom' || (thing.observed !== null && node.writes !== 'all')) continue;
    for (const [name, entry] of input.entries) wanted.set(name, { entry, node, fallback: undefined });
  }
  const [first] = ordered;
  if (thing.observed !== null || first === undefined) return wanted;
  for (const [name, chosen] of thing.customDefaults) {
    const entry = chosen.input.kind === 'custom' ? chosen.input.entries.get(name) : undefined;
    if (entry !== undefined && !wanted.has(name)) wanted.set(name, { entry, node: first, fallback: chosen });
  }
  return wanted;
}

function planOne(planner: Planner, draft: Draft, name: string, wanted: Wanted): FieldPlan {
  const { entry, node, fallback } = wanted;
  const held = draft.thing.observed?.data.custom_fields;
  const from: JsonValue =
    held !== undefined && isJsonObject(held) && Object.hasOwn(held, name) ? (held[name] ?? null) : null;
  if (draft.thing.observed !== null && sameCustomValue(from, entry.value))
    return { verdict: 'equal', from, to: entry.value, rule: RULES.equal, reason: EQUAL };
  const definition = definitionOf(planner, draft, entry);
  if (definition.kind === 'obstacle')
    return { verdict: definition.verdict, from, to: from, rule: RULES.customField, reason: definition.reason };
  const normalized = normalizeCustomValue(definition.type, entry.value);
  if (normalized.kind === 'invalid') {
    const { detail, remedy } = normalized;
    reject(draft, { pointer: `/custom_fields/${name}`, code: 'invalid_value', detail: `${name}: ${detail}`, remedy });
    return { verdict: 'failed', from, to: from, rule: RULES.customField, reason: detail };
  }
  const to = normalized.value;
  if (draft.thing.observed !== null && sameCustomValue(from, to))
    return { verdict: 'equal', from, to, rule: RULES.equal, reason: EQUAL };
  if (to === null && from === null) return { verdict: 'equal', from, to, rule: RULES.equal, reason: NOTHING_TO_CLEAR };
  if (fallback !== undefined) return { verdict: 'defaulted', from, to, rule: fallback.rule, reason: fallback.reason };
  return { verdict: 'written', from, to, rule: ruleOf(node), reason: speaker(planner, node) };
}

/** NetBox would refuse the whole object for it: said here, with the field, before anything is sent. */
function reject(draft: Draft, problem: ProblemItem): void {
  draft.action = 'reject';
  draft.problems.push(problem);
  const { code, detail, remedy } = problem;
  draft.failure ??= { verdict: 'unresolved', code, detail, remedy };
}

type Definition =
  | { readonly kind: 'type'; readonly type: JsonValue | undefined }
  | { readonly kind: 'obstacle'; readonly verdict: 'unknown' | 'held' | 'unresolved'; readonly reason: string };

/** The type of the field, which is there or made by this plan; or why it cannot be written. */
function definitionOf(planner: Planner, draft: Draft, entry: CustomEntry): Definition {
  const { definition } = entry;
  const target = resolve(planner, definition);
  if (target.kind === 'failed') {
    const { code, detail, remedy } = target.failure;
    return {
      kind: 'obstacle',
      verdict: code === 'unknown_custom_field' ? 'unknown' : target.failure.verdict,
      reason: `${detail}. ${remedy}`,
    };
  }
  if (target.kind === 'circle')
    return { kind: 'obstacle', verdict: 'unresolved', reason: 'its definition needs it first' };
  const change = planner.plan(target.thing);
  touch(draft, change);
  const type = currentValue(target.thing, 'type');
  if (target.kind === 'change') return { kind: 'type', type };
  const types = target.thing.observed?.data.object_types;
  const covered = Array.isArray(types) && (types as readonly JsonValue[]).includes(draft.thing.row.name);
  if (covered || definition.shape === 'derived') return { kind: 'type', type };
  return {
    kind: 'obstacle',
    verdict: 'unknown',
    reason: `NetBox has this custom field, but not for ${draft.thing.row.name}. Add the type to it in NetBox, or declare the field in transformations.yml.`,
  };
}

/** A stamp alone is written at most once per `min_interval` (READING): NetBox's change log is not a heartbeat. */
function isTooSoon(planner: Planner, rule: CustomFieldRule, plan: FieldPlan): boolean {
  if (typeof plan.from !== 'string' || typeof plan.to !== 'string') return false;
  const held = instantOf(plan.from);
  const said = instantOf(plan.to);
  const now = instantOf(planner.now);
  // One that lies in the future is a mistake, and must not stand in the way until then.
  if (held === null || said === null || (now !== null && held > now)) return false;
  return said - held < rule.minIntervalSeconds * 1000;
}

function holdStamps(planner: Planner, draft: Draft, stamps: readonly string[], writers: readonly GraphNode[]): void {
  const others = [...draft.fields].some(([name, plan]) => {
    return (
      (plan.verdict === 'written' || plan.verdict === 'defaulted') &&
      !stamps.includes(name.slice('custom_fields.'.length))
    );
  });
  if (others) return;
  const [writer] = writers;
  for (const name of stamps) {
    const field = `custom_fields.${name}`;
    const plan = draft.fields.get(field);
    const rule =
      writer && policyFor(planner.graph, draft.thing.row, writer.mention).customFields.find((one) => one.name === name);
    if (plan === undefined || rule === undefined) continue;
    draft.fields.set(field, {
      ...plan,
      verdict: 'kept',
      rule: `${rule.origin.file}:${rule.origin.line}`,
      reason: `a stamp alone is written at most once in ${rule.minIntervalSeconds} s`,
    });
  }
}
