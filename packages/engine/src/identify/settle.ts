import type { Graph } from '../graph/graph.js';
import type { FieldInput, GraphNode } from '../graph/node.js';
import { inputOf } from '../graph/thing.js';
import type { Answers, Needs } from './answers.js';
import { attach, attachNew } from './attach.js';
import { evaluateWords } from './device-type-words.js';
import { type Evaluation, evaluate } from './evaluate.js';
import { hitsOf } from './hits.js';
import { identityFields, probeAt } from './probes.js';

/** Identifies all that can be with what is answered; notes what must be asked to go on. */
export function settle(graph: Graph, answers: Answers, needs: Needs): void {
  for (;;) {
    const absent: GraphNode[] = [];
    const before = graph.open.length;
    const work = graph.open;
    graph.open = [];
    const open: GraphNode[] = [];
    for (const node of work) if (!step(graph, answers, node, needs, absent)) open.push(node);
    // Nodes made on the way stand in graph.open already.
    const made = graph.open.length;
    graph.open = [...open, ...graph.open];
    if (graph.open.length < before || made > 0) continue;
    if (absent.length > 0 && makeAbsent(graph, answers, absent, needs.size === 0)) continue;
    if (needs.size === 0 && graph.open.length > 0 && breakContext(graph)) continue;
    return;
  }
}

/** True when the node is settled. */
function step(graph: Graph, answers: Answers, node: GraphNode, needs: Needs, absent: GraphNode[]): boolean {
  if (node.identity.kind !== 'open') return true;
  if (!isReady(node)) return false;
  const result =
    node.words === null ? evaluate(graph, answers, node, needs) : evaluateWords(graph, answers, node, needs);
  return take(graph, node, result, absent);
}

function take(
  graph: Graph,
  node: GraphNode,
  result: Evaluation | { readonly kind: 'rewritten' },
  absent: GraphNode[],
): boolean {
  switch (result.kind) {
    case 'thing':
      attach(graph, node, result.thing);
      return true;
    case 'ambiguous':
    case 'missing':
    case 'blocked':
      node.identity = result;
      return true;
    case 'absent':
      absent.push(node);
      return false;
    case 'rewritten':
    case 'needs':
    case 'open':
      return false;
  }
}

/** All that its identity hangs on is settled. */
function isReady(node: GraphNode): boolean {
  if (node.context !== null && !takeContext(node)) return false;
  for (const field of identityFields(node.row)) {
    const input = node.fields.get(field);
    if (input?.kind === 'node' && input.node.identity.kind === 'open') return false;
  }
  return true;
}

/** A rack named in a device that says nothing of its site is one of the site NetBox has for the device. */
function takeContext(node: GraphNode): boolean {
  const { context } = node;
  if (context === null) return true;
  const { identity } = context.of;
  if (identity.kind === 'open') return false;
  node.context = null;
  if (identity.kind !== 'thing') return true;
  for (const [field, from] of Object.entries(context.fields)) {
    const input = inputOf(identity.thing, from)?.input ?? observedInput(identity.thing.observed?.data[from]);
    if (input !== undefined && !node.fields.has(field)) node.fields.set(field, input);
  }
  return true;
}

function observedInput(value: unknown): FieldInput | undefined {
  return typeof value === 'number' ? { kind: 'value', value } : undefined;
}

/**
 * NetBox has none of these. First those that say most of themselves become things to be made, then those that only refer find them: which came first
 * in the batch must not matter. `last` = nothing else can move.
 */
function makeAbsent(graph: Graph, answers: Answers, absent: readonly GraphNode[], last: boolean): boolean {
  const gone = new Set(absent);
  const openTypes = new Set<string>();
  for (const node of graph.open) if (node.shape === 'asserted' && !gone.has(node)) openTypes.add(node.row.name);
  const ranked = absent
    .map((node) => ({ node, weight: weightOf(node), label: labelOf(node) }))
    .sort((a, b) => b.weight - a.weight || compare(a.label, b.label) || a.node.order - b.node.order)
    .map(({ node }) => node);
  const first = ranked[0];
  if (first === undefined) return false;
  const ready = ranked.filter((node) => !openTypes.has(node.row.name));
  const chosen = ready.length > 0 ? ready : last ? [first] : [];
  if (chosen.length === 0) return false;
  const settled = new Set<GraphNode>();
  for (const node of chosen) {
    settled.add(node);
    makeOne(graph, answers, node);
  }
  graph.open = graph.open.filter((node) => !settled.has(node));
  return true;
}

function makeOne(graph: Graph, answers: Answers, node: GraphNode): void {
  // A neighbour may have become the very thing a moment ago.
  for (let index = 0; ; index++) {
    const probe = probeAt(node, index);
    if (probe === null) break;
    const hits = hitsOf(graph, answers, node, probe);
    const [thing] = hits;
    if (hits.length > 1) {
      node.identity = {
        kind: 'ambiguous',
        candidates: [],
        detail: `${hits.length} objects of this batch may be meant`,
      };
      return;
    }
    if (thing !== undefined) {
      attach(graph, node, thing);
      return;
    }
  }
  if (node.row.name === 'extras.customfield' && node.shape === 'label') {
    node.identity = {
      kind: 'missing',
      problem: {
        code: 'unknown_custom_field',
        detail: 'NetBox has no custom field of this name',
        remedy: 'Create it in NetBox, or declare it under custom_fields of the type in transformations.yml.',
      },
    };
    return;
  }
  attachNew(graph, node);
}

function weightOf(node: GraphNode): number {
  const shape = node.shape === 'asserted' ? 100 : node.shape === 'derived' ? 0 : 50;
  const best = probeAt(node, 0);
  return shape + (best?.matcher?.unless === undefined ? 10 : 0) + Math.min(node.fields.size, 9);
}

function labelOf(node: GraphNode): string {
  const input = node.fields.get(node.row.labelField);
  return input?.kind === 'value' ? String(input.value) : '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two names that wait for each other's context (a location's parent in the location's own site): the name alone must do. */
function breakContext(graph: Graph): boolean {
  const waiting = graph.open.find((node) => node.context !== null);
  if (waiting === undefined) return false;
  waiting.context = null;
  return true;
}
