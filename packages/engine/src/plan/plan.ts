import type { ProblemItem } from '@diode/protocol';
import type { Change, FieldPlan, Outcome, Plan, PlanMode } from '../contract.js';
import type { Entry } from '../graph/graph.js';
import { fullLabelOf, nodeLabel } from '../graph/label.js';
import type { GraphNode } from '../graph/node.js';
import type { Thing } from '../graph/thing.js';
import type { Identified } from '../identify/identify.js';
import type { Policy } from '../policy-contract.js';
import type { Draft } from './draft.js';
import { planThing, settleAction } from './plan-thing.js';
import { makePlanner, type Planner } from './planner.js';
import { resolve } from './resolve.js';
import { RULES } from './words.js';

export interface PlanOptions {
  /** RFC 3339; the engine has no clock (I3). */
  readonly now: string;
  readonly mode: PlanMode;
}

/**
 * What NetBox would have to be told so that it says what the batch asserts. Pure, total and deterministic (I3); planning again after it was carried
 * out yields only noops (I5). The policy is the one the batch was identified with.
 */
export function plan(identified: Identified, _policy: Policy, options: PlanOptions): Plan {
  const planner = makePlanner(identified.graph, options.now, planThing);
  for (const entry of identified.graph.entries) {
    if (entry.node?.identity.kind === 'thing') planner.plan(entry.node.identity.thing);
  }
  // A field that points back may need objects that have such fields themselves.
  for (let index = 0; index < planner.later.length; index++) planner.later[index]?.();
  const drafts = carriedOut(planner);
  for (const draft of drafts) settleAction(draft);
  addEntryVerdicts(planner);
  const unknown = identified.graph.entries.filter(
    (entry) => entry.node !== null && entry.node.identity.kind !== 'thing',
  );
  const changes = [
    ...unknown.map((entry) => unidentified(planner, entry)).filter((change) => change !== null),
    ...drafts.filter(isWorthSaying).map((draft) => changeOf(planner, draft)),
  ];
  return {
    kind: 'plan',
    mode: options.mode,
    changes: changes.sort((a, b) => a.level - b.level),
    outcomes: identified.graph.entries.map((entry) => outcomeOf(planner, entry)),
  };
}

/** What the assertions are about, and all that is needed for those of them that go ahead: nothing is made for one that is held or rejected. */
function carriedOut(planner: Planner): readonly Draft[] {
  const drafts = new Set<Draft>();
  const add = (draft: Draft): void => {
    if (drafts.has(draft)) return;
    drafts.add(draft);
    if (draft.failure === null) for (const one of draft.touches) add(one);
  };
  for (const draft of planner.drafts.values()) if (draft !== null && isAsserted(draft.thing)) add(draft);
  return [...drafts];
}

const NONE: readonly string[] = [];

/** What is only referred to and cannot be made shows in the verdict of who refers to it. */
function isWorthSaying(draft: Draft): boolean {
  if (isAsserted(draft.thing)) return true;
  return draft.failure === null && (draft.action !== 'noop' || aliasesOf(draft.thing).length > 0);
}

function isAsserted(thing: Thing): boolean {
  return thing.nodes.some((node) => node.shape === 'asserted');
}

function aliasesOf(thing: Thing): readonly string[] {
  if (thing.nodes.every((node) => node.aliases.length === 0)) return NONE;
  return [...new Set(thing.nodes.flatMap((node) => node.aliases))].sort();
}

function changeOf(planner: Planner, draft: Draft): Change {
  const { thing } = draft;
  const stopped = draft.action === 'hold' || draft.action === 'reject';
  return {
    key: draft.key,
    objectType: thing.row.name,
    label: fullLabelOf(thing, planner.graph),
    action: draft.action,
    netboxId: thing.observed?.id ?? null,
    url: thing.observed?.url ?? null,
    fields: record(
      stopped ? [...draft.fields].map(([name, field]) => [name, unsent(field, draft.action)] as const) : draft.fields,
    ),
    late: [...draft.late],
    level: draft.level,
    because: isAsserted(thing) ? null : (thing.nodes[0]?.mention.because ?? null),
    problems: draft.problems,
    aliases: aliasesOf(thing),
  };
}

/** A change that is not carried out writes nothing, whatever its fields would have been. */
function unsent(field: FieldPlan, action: Change['action']): FieldPlan {
  if (field.verdict !== 'written' && field.verdict !== 'defaulted') return field;
  if (action === 'hold') return { ...field, verdict: 'held', reason: 'not written: the object is held' };
  return { ...field, verdict: 'failed', reason: 'not written: the entity is rejected' };
}

/** Own properties only, whatever they are called. */
function record(fields: Iterable<readonly [string, FieldPlan]>): Readonly<Record<string, FieldPlan>> {
  const object: Record<string, FieldPlan> = {};
  for (const [name, field] of fields) {
    if (name !== '__proto__') object[name] = field;
    else Object.defineProperty(object, name, { value: field, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** Fields NetBox does not have, and references a filter left out, are verdicts of the object the entity is about. */
function addEntryVerdicts(planner: Planner): void {
  for (const entry of planner.graph.entries) {
    if (entry.unknown.length === 0 && entry.prepared.kind === 'ready' && entry.prepared.excluded === undefined)
      continue;
    const thing = entry.node?.identity.kind === 'thing' ? entry.node.identity.thing : null;
    const draft = thing === null ? undefined : planner.drafts.get(thing);
    if (draft === undefined || draft === null) continue;
    for (const [name, field] of entryVerdicts(entry)) if (!draft.fields.has(name)) draft.fields.set(name, field);
  }
}

function entryVerdicts(entry: Entry): readonly (readonly [string, FieldPlan])[] {
  const nothing = { from: null, to: null } as const;
  const excluded = entry.prepared.kind === 'ready' ? (entry.prepared.excluded ?? []) : [];
  return [
    ...entry.unknown.map(
      ({ field, reason }) => [field, { verdict: 'unknown', ...nothing, rule: RULES.unknown, reason }] as const,
    ),
    ...excluded.map(({ field, rule, reason }) => [field, { verdict: 'excluded', ...nothing, rule, reason }] as const),
  ];
}

/** An assertion nobody can say which object it is about. */
function unidentified(planner: Planner, entry: Entry): Change | null {
  const { node } = entry;
  if (node === null) return null;
  const problem = identityProblem(planner, node);
  const action = node.identity.kind === 'missing' ? 'reject' : 'hold';
  const verdict = action === 'hold' ? 'held' : 'failed';
  const fields = [...node.fields].map(([name, input]): readonly [string, FieldPlan] => {
    const to = input.kind === 'value' ? input.value : null;
    return [name, { verdict, from: null, to, rule: RULES.identity, reason: problem.detail }];
  });
  return {
    key: unidentifiedKey(entry),
    objectType: node.row.name,
    label: nodeLabel(node) || 'without a name',
    action,
    netboxId: null,
    url: null,
    fields: record([...fields, ...entryVerdicts(entry)]),
    late: [],
    level: 0,
    because: null,
    problems: [problem],
    aliases: [],
  };
}

function unidentifiedKey(entry: Entry): string {
  const { syncId, index } = entry.prepared.assertion.ref;
  return `${entry.prepared.assertion.objectType}?${syncId}/${index}`;
}

function identityProblem(planner: Planner, node: GraphNode): ProblemItem {
  const target = resolve(planner, node);
  const pointer =
    node.identity.kind === 'blocked' ? `/${node.identity.field}` : node.identity.kind === 'missing' ? '/id' : '';
  if (target.kind === 'failed') {
    const { code, detail, remedy } = target.failure;
    return { pointer, code, detail, remedy };
  }
  return {
    pointer,
    code: 'reference_unknown',
    detail: 'which object is meant is not known',
    remedy: 'Say more of it.',
  };
}

function outcomeOf(planner: Planner, entry: Entry): Outcome {
  const { ref } = entry.prepared.assertion;
  const { node } = entry;
  if (node === null) return { ref, key: preparedLabel(entry), change: null, also: [], problems: entry.problems };
  if (node.identity.kind !== 'thing') {
    return {
      ref,
      key: nodeLabel(node),
      change: unidentifiedKey(entry),
      also: [],
      problems: [identityProblem(planner, node)],
    };
  }
  const draft = planner.drafts.get(node.identity.thing) ?? null;
  if (draft === null) return { ref, key: nodeLabel(node), change: null, also: [], problems: [] };
  return {
    ref,
    key: fullLabelOf(draft.thing, planner.graph),
    change: draft.key,
    also: alsoOf(draft),
    problems: draft.problems,
  };
}

function preparedLabel(entry: Entry): string {
  const { prepared } = entry;
  const data = prepared.kind === 'ready' ? prepared.data : prepared.assertion.data;
  const label = data.name ?? data.model ?? data.address ?? data.prefix ?? data.slug;
  return typeof label === 'string' ? label : '';
}

/** All that is made or changed because of it, however far away. A held object is not carried out, so nothing is done for it. */
function alsoOf(draft: Draft): readonly string[] {
  if (draft.failure !== null || draft.touches.size === 0) return NONE;
  const keys: string[] = [];
  const seen = new Set<Draft>([draft]);
  const queue = [draft];
  for (const next of queue) {
    if (next.failure !== null) continue;
    for (const one of next.touches) {
      if (seen.has(one)) continue;
      seen.add(one);
      queue.push(one);
      if (!isAsserted(one.thing) && isWorthSaying(one)) keys.push(one.key);
    }
  }
  return keys;
}
