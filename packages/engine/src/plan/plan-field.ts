import type { FieldRow } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import type { ChangeRef, FieldPlan, PlannedValue } from '../contract.js';
import { policyFor } from '../graph/graph.js';
import { currentValue } from '../graph/label.js';
import type { GraphNode } from '../graph/node.js';
import type { DefaultInput, Said, Thing } from '../graph/thing.js';
import { hostOf } from '../normal-form/address.js';
import { sameValue } from '../normal-form/same-value.js';
import type { Draft, Failure } from './draft.js';
import { type Planner, touch } from './planner.js';
import { resolve } from './resolve.js';
import { EQUAL, NOTHING_TO_CLEAR, RULES, ruleOf, speaker } from './words.js';

/** One field of one object: what is said of it, or the default it gets. */
export interface FieldToPlan {
  readonly field: FieldRow;
  readonly said: Said;
  /** Set when nobody said and this is the default. */
  readonly fallback: DefaultInput | undefined;
}

/** Compares what is said with what NetBox holds, in normal form, and notes the verdict. */
export function planField(planner: Planner, draft: Draft, one: FieldToPlan): void {
  const { input, node } = one.said;
  switch (input.kind) {
    case 'value':
      if (one.field.kind === 'generic_reference') {
        planPair(planner, draft, one, null);
        return;
      }
      setField(
        planner,
        draft,
        one,
        input.hostOnly === true ? withHeldMask(draft, one.field, input.value) : input.value,
      );
      return;
    case 'node':
      planReference(planner, draft, one, input.node);
      return;
    case 'nodes':
      planReferences(planner, draft, one, input.nodes);
      return;
    case 'address':
      planAddress(planner, draft, one);
      return;
    case 'custom':
      throw new Error(`custom fields of ${node.row.name} are planned apart`);
  }
}

function planReference(planner: Planner, draft: Draft, one: FieldToPlan, node: GraphNode): void {
  if (one.field.late === true) {
    planner.later.push(() => planLate(planner, draft, one, node));
    return;
  }
  const target = resolve(planner, node);
  if (target.kind === 'failed') {
    failField(draft, one, target.failure);
    return;
  }
  if (target.kind === 'circle' || target.thing === draft.thing) {
    planCircle(planner, draft, one, node, target.thing);
    return;
  }
  touch(draft, target.draft);
  const to = target.kind === 'id' ? target.id : target.ref;
  if (one.field.kind !== 'generic_reference') setField(planner, draft, one, to);
  else planPair(planner, draft, one, { type: target.thing.row.name, id: to });
}

/** An address said without a mask is the one NetBox has of that host, with the mask it has there. */
function withHeldMask(draft: Draft, field: FieldRow, asserted: JsonValue): JsonValue {
  const held = draft.thing.observed?.data[field.name];
  if (typeof held !== 'string' || typeof asserted !== 'string') return asserted;
  return hostOf(held) === hostOf(asserted) ? held : asserted;
}

/** Two new objects that need each other: the one that can do without is made first, and told later. */
function planCircle(planner: Planner, draft: Draft, one: FieldToPlan, node: GraphNode, thing: Thing): void {
  const { field } = one;
  if (field.required === true || thing === draft.thing || field.kind === 'generic_reference') {
    failField(draft, one, {
      verdict: 'unresolved',
      code: 'reference_circle',
      detail:
        thing === draft.thing
          ? `${field.name} names the object itself`
          : `${field.name} leads back to the object itself`,
      remedy: 'Send it without this reference.',
    });
    return;
  }
  planner.later.push(() => planLate(planner, draft, one, node));
}

/** A field that points back. It waits for the second write only when what it names is written in this plan. */
function planLate(planner: Planner, draft: Draft, one: FieldToPlan, node: GraphNode): void {
  if (draft.failure !== null) return;
  const target = resolve(planner, node);
  if (target.kind === 'failed') {
    failField(draft, one, target.failure);
    return;
  }
  if (target.kind === 'circle') return;
  const changing = planner.plan(target.thing);
  setField(planner, draft, one, target.kind === 'id' ? target.id : target.ref);
  const verdict = draft.fields.get(one.field.name)?.verdict;
  if (changing === null || (verdict !== 'written' && verdict !== 'defaulted')) {
    touch(draft, changing);
    return;
  }
  touch(draft, changing);
  if (changing.action === 'create' || changing.action === 'update') {
    draft.late = new Set([...draft.late, one.field.name]);
  }
}

function planReferences(planner: Planner, draft: Draft, one: FieldToPlan, nodes: readonly GraphNode[]): void {
  const values: (number | string | ChangeRef)[] = [];
  for (const node of nodes) {
    const target = resolve(planner, node);
    if (target.kind === 'failed') {
      failField(draft, one, target.failure);
      return;
    }
    if (target.kind === 'circle') continue;
    touch(draft, target.draft);
    if (one.field.kind !== 'tags') values.push(target.kind === 'id' ? target.id : target.ref);
    else values.push(String(currentValue(target.thing, 'slug') ?? ''));
  }
  setField(planner, draft, one, [...new Set(values)].sort(inOrder));
}

function inOrder(a: number | string | ChangeRef, b: number | string | ChangeRef): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number') return -1;
  if (typeof b === 'number') return 1;
  const left = typeof a === 'string' ? a : a.$change;
  const right = typeof b === 'string' ? b : b.$change;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** NetBox's pair of fields. Both are sent when either differs. */
function planPair(
  planner: Planner,
  draft: Draft,
  one: FieldToPlan,
  to: { readonly type: string; readonly id: number | ChangeRef } | null,
): void {
  const { name } = one.field;
  const data = draft.thing.observed?.data;
  const same =
    data !== undefined &&
    (data[`${name}_type`] ?? null) === (to?.type ?? null) &&
    (data[`${name}_id`] ?? null) === (to?.id ?? null);
  put(planner, draft, one, { name: `${name}_type`, from: data?.[`${name}_type`] ?? null, to: to?.type ?? null, same });
  put(planner, draft, one, { name: `${name}_id`, from: data?.[`${name}_id`] ?? null, to: to?.id ?? null, same });
}

function planAddress(planner: Planner, draft: Draft, one: FieldToPlan): void {
  const answer = draft.thing.addresses.get(one.field.name);
  if (answer?.kind === 'equal') {
    setField(planner, draft, one, answer.thing.id);
    return;
  }
  if (answer?.kind === 'node') {
    planner.later.push(() => planLate(planner, draft, one, answer.node));
    return;
  }
  const problem = answer?.problem ?? {
    code: 'reference_unknown',
    detail: 'the address could not be placed',
    remedy: 'Send it with its interface.',
  };
  failField(draft, one, { verdict: 'held', ...problem });
}

function setField(planner: Planner, draft: Draft, one: FieldToPlan, to: PlannedValue): void {
  const { field } = one;
  const { observed, row } = draft.thing;
  const from = observed?.data[field.name] ?? (field.kind === 'text' ? '' : null);
  if (observed === null) {
    put(planner, draft, one, { name: field.name, from: null, to, same: false });
    return;
  }
  const same = isPlain(to) ? sameValue(from, to) || (isEmpty(from) && isEmpty(to)) : false;
  if (!same && isCaseOnly(planner, draft, one, from, to)) {
    draft.fields.set(field.name, {
      verdict: 'equal',
      from,
      to,
      rule: RULES.caseOnly,
      reason: `NetBox holds a name of a ${row.name.slice(row.name.indexOf('.') + 1)} unique without case; enforce_case: true makes case count`,
    });
    return;
  }
  put(planner, draft, one, { name: field.name, from, to, same });
}

function put(
  planner: Planner,
  draft: Draft,
  one: FieldToPlan,
  plan: { readonly name: string; readonly from: JsonValue; readonly to: PlannedValue; readonly same: boolean },
): void {
  const { name, from, to, same } = plan;
  const { verdict, rule, reason } = same ? EQUAL_VERDICT : verdictOf(planner, draft, one, to);
  draft.fields.set(name, { verdict, from, to, rule, reason });
}

function verdictOf(
  planner: Planner,
  draft: Draft,
  one: FieldToPlan,
  to: PlannedValue,
): Pick<FieldPlan, 'verdict' | 'rule' | 'reason'> {
  if (draft.thing.observed === null && isEmpty(to) && !hasOwnDefault(one.field)) return CLEAR_VERDICT;
  const { node } = one.said;
  if (one.fallback !== undefined) return { verdict: 'defaulted', rule: one.fallback.rule, reason: one.fallback.reason };
  const chosen = node.chosen.get(one.field.name);
  if (chosen !== undefined) return { verdict: 'defaulted', ...chosen };
  return { verdict: 'written', rule: ruleOf(node), reason: speaker(planner, node) };
}

const EQUAL_VERDICT = { verdict: 'equal', rule: RULES.equal, reason: EQUAL } as const;
const CLEAR_VERDICT = { verdict: 'equal', rule: RULES.equal, reason: NOTHING_TO_CLEAR } as const;

function failField(draft: Draft, one: FieldToPlan, failure: Failure): void {
  const { field, said } = one;
  const asked: JsonValue = draft.thing.observed?.data[field.name] ?? null;
  draft.fields.set(field.name, {
    verdict: failure.verdict,
    from: asked,
    to: asked,
    rule: RULES.identity,
    reason: failure.detail,
  });
  draft.unset = new Set([...draft.unset, field.name]);
  draft.problems.push({
    pointer: said.node.shape === 'asserted' ? `/${field.name}` : said.node.mention.pointer,
    code: failure.code,
    detail: failure.detail,
    remedy: failure.remedy,
  });
}

function isCaseOnly(planner: Planner, draft: Draft, one: FieldToPlan, from: JsonValue, to: PlannedValue): boolean {
  const { row } = draft.thing;
  if (typeof from !== 'string' || typeof to !== 'string' || from.toLowerCase() !== to.toLowerCase()) return false;
  const folds = row.matchers.some((matcher) => matcher.unique && matcher.fold?.includes(one.field.name) === true);
  return folds && row.name === 'dcim.device' && !policyFor(planner.graph, row, one.said.node.mention).enforceCase;
}

/** Left out, NetBox would fill it in: what is to be empty must be said. */
function hasOwnDefault(field: FieldRow): boolean {
  return (field.netboxDefault ?? null) !== null || field.kind === 'ranges';
}

function isEmpty(value: PlannedValue): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function isPlain(value: PlannedValue): value is JsonValue {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => isPlain(item as PlannedValue));
  return !('$change' in value);
}
