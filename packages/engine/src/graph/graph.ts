import type { ObjectTypeRow } from '@diode/catalogue';
import type { ProblemItem } from '@diode/protocol';
import type { Observed, Prepared } from '../contract.js';
import type { Policy, TypePolicy } from '../policy-contract.js';
import type { GraphNode, Mention } from './node.js';
import type { Thing } from './thing.js';

/** One assertion of the batch and what it came to. */
export interface Entry {
  readonly prepared: Prepared;
  /** null when it was refused before it was about anything. */
  readonly node: GraphNode | null;
  readonly problems: readonly ProblemItem[];
  /** Fields NetBox does not have, or Diode does not write. */
  readonly unknown: readonly { readonly field: string; readonly reason: string }[];
}

/** A batch as one graph: what is spoken of (nodes), and which objects those are (things). */
export interface Graph {
  readonly policy: Policy;
  readonly batch: readonly Prepared[];
  readonly entries: Entry[];
  /** Nodes not identified yet. */
  open: GraphNode[];
  /** By structure: equal nodes are one. */
  readonly known: Map<string, GraphNode>;
  /** Existing objects, `dcim.site#3`. */
  readonly existing: Map<string, Thing>;
  readonly things: Thing[];
  /** Objects to be made, under the keys that will find them. */
  readonly index: Map<string, Thing[]>;
  nodes: number;
  readonly policies: Map<string, TypePolicy>;
}

export function makeGraph(batch: readonly Prepared[], policy: Policy): Graph {
  return {
    policy,
    batch,
    entries: [],
    open: [],
    known: new Map(),
    existing: new Map(),
    things: [],
    index: new Map(),
    nodes: 0,
    policies: new Map(),
  };
}

/** The policy for a type as it holds where the mention came from. */
export function policyFor(graph: Graph, row: ObjectTypeRow, mention: Mention): TypePolicy {
  const assertion = graph.batch[mention.entry]?.assertion;
  const source = assertion?.source ?? '';
  const channel = assertion?.channel ?? 'http';
  const key = `${row.name}|${channel}|${source}`;
  let found = graph.policies.get(key);
  if (found === undefined) {
    found = graph.policy.typePolicy(row.name, { source, channel });
    graph.policies.set(key, found);
  }
  return found;
}

export function thingOf(graph: Graph, row: ObjectTypeRow, observed: Observed): Thing {
  const key = `${row.name}#${observed.id}`;
  let thing = graph.existing.get(key);
  if (thing === undefined) {
    thing = blankThing(row, observed.id, observed);
    graph.existing.set(key, thing);
    graph.things.push(thing);
  }
  return thing;
}

export function newThing(graph: Graph, row: ObjectTypeRow): Thing {
  const thing = blankThing(row, -(graph.things.length + 1), null);
  graph.things.push(thing);
  return thing;
}

function blankThing(row: ObjectTypeRow, id: number, observed: Observed | null): Thing {
  return {
    row,
    id,
    observed,
    nodes: [],
    defaults: new Map(),
    customDefaults: new Map(),
    addresses: new Map(),
    completed: false,
    problems: [],
  };
}
