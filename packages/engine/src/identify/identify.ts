import type { Lookup, LookupAnswer, Prepared } from '../contract.js';
import { explode } from '../graph/explode.js';
import { type Graph, makeGraph } from '../graph/graph.js';
import { inputOf, type Thing } from '../graph/thing.js';
import type { Policy } from '../policy-contract.js';
import { type Answers, makeAnswers, type Needs } from './answers.js';
import { addDefaults } from './defaults.js';
import { placeAddresses } from './device-addresses.js';
import { settle } from './settle.js';
import { chooseSlug } from './slugs.js';

/** A batch whose objects are known: each assertion, all it refers to, and which NetBox objects those are. Read it through `plan`. */
export interface Identified {
  readonly kind: 'identified';
  readonly graph: Graph;
}

/**
 * Finds out which NetBox objects a batch is about: SAME, DIFFERENT or UNKNOWN, never a guess. Pure (I3): it yields look-ups and is fed their answers,
 * a handful of rounds for a batch of any size, for objects are settled level by level: a key that names an object still to be made asks nothing.
 */
export function* identify(
  batch: readonly Prepared[],
  policy: Policy,
): Generator<readonly Lookup[], Identified, LookupAnswer> {
  const graph = makeGraph(batch, policy);
  const answers = makeAnswers();
  for (const [index, prepared] of batch.entries()) explode(graph, prepared, index);
  for (;;) {
    const needs: Needs = new Map();
    settle(graph, answers, needs);
    if (needs.size === 0) {
      // Defaults come when all that was said of an object is together; they may name objects of their own.
      const before = graph.nodes;
      complete(graph, answers, needs);
      if (needs.size === 0 && graph.nodes === before) break;
      if (needs.size === 0) continue;
    }
    const asked = [...needs.values()];
    answers.add(asked, yield asked);
  }
  return { kind: 'identified', graph };
}

function complete(graph: Graph, answers: Answers, needs: Needs): void {
  const fresh = graph.things.filter((thing) => thing.observed === null && !thing.completed);
  for (const thing of fresh) addDefaults(graph, thing);
  // In order of name, so that who gets the plain slug does not depend on who came first.
  const named = fresh.filter((thing) => thing.row.slugFrom !== undefined).sort((a, b) => compare(nameOf(a), nameOf(b)));
  for (const thing of named) chooseSlug(graph, answers, thing, needs);
  if (needs.size === 0) for (const thing of fresh) thing.completed = true;
  for (const thing of graph.things) if (thing.row.name === 'dcim.device') placeAddresses(graph, answers, thing, needs);
}

function nameOf(thing: Thing): string {
  const said = inputOf(thing, thing.row.slugFrom ?? 'name')?.input;
  return said?.kind === 'value' ? `${thing.row.name} ${String(said.value)}` : thing.row.name;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
