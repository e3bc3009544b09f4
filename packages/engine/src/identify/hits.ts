import type { MatcherRow } from '@diode/catalogue';
import type { Observed } from '../contract.js';
import { type Graph, thingOf } from '../graph/graph.js';
import type { GraphNode } from '../graph/node.js';
import type { Thing } from '../graph/thing.js';
import { fold, type Known } from '../lookup/matcher-key.js';
import { slugify } from '../normal-form/text.js';
import type { Answers } from './answers.js';
import { knowingNode, knowingThing } from './knowing.js';
import type { Probe } from './probe.js';

/** The things a probe finds, in NetBox and among those to be made, that may be the node's. */
export function hitsOf(graph: Graph, answers: Answers, node: GraphNode, probe: Probe): readonly Thing[] {
  const found = answers.get(probe.key);
  const made = graph.index.get(probe.key);
  if ((found === undefined || found.length === 0) && made === undefined) return NONE;
  const [single] = found ?? [];
  if (single !== undefined && found?.length === 1 && made === undefined) {
    const thing = thingOf(graph, node.row, single);
    return differs(node, thing, probe) ? NONE : [thing];
  }
  const things = [...(found ?? []).map((observed) => thingOf(graph, node.row, observed)), ...(made ?? [])];
  const fitting = things.filter((thing) => !differs(node, thing, probe));
  return fitting.length > 1 ? preferred(node, fitting, probe.matcher) : fitting;
}

const NONE: readonly Thing[] = [];

function differs(node: GraphNode, thing: Thing, probe: Probe): boolean {
  if (probe.guessed && !guessHolds(node, thing)) return true;
  const fields = probe.matcher?.unlessDiffers;
  if (fields === undefined) return false;
  const mine = knowingNode(node);
  const theirs = knowingThing(thing);
  return fields.some((field) => {
    const left = mine(field) ?? null;
    const right = theirs(field) ?? null;
    return left !== null && right !== null && !sameKnown(left, right);
  });
}

/** A slug made of a name is only the name in another spelling, or the same name but for case. */
function guessHolds(node: GraphNode, thing: Thing): boolean {
  const from = node.row.slugFrom ?? '';
  const name = knowingNode(node)(from);
  if (typeof name !== 'string') return false;
  const theirs = knowingThing(thing)(from);
  return fold(name) === slugify(name) || (typeof theirs === 'string' && fold(theirs) === fold(name));
}

function preferred(node: GraphNode, things: readonly Thing[], matcher: MatcherRow | null): readonly Thing[] {
  const mine = knowingNode(node);
  let left = things;
  for (const field of matcher?.prefer ?? []) {
    const value = mine(field);
    if (value === undefined) continue;
    const agreeing = left.filter((thing) => sameKnown(knowingThing(thing)(field) ?? null, value));
    if (agreeing.length > 0) left = agreeing;
  }
  return left;
}

export function sameKnown(a: Known, b: Known): boolean {
  if (a === b) return true;
  return (
    typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && a.type === b.type && a.id === b.id
  );
}

/** For problems: what NetBox holds of these. */
export function candidatesOf(things: readonly Thing[]): readonly Observed[] {
  return things.flatMap((thing) => (thing.observed === null ? [] : [thing.observed]));
}
