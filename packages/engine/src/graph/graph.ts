import type { ObjectTypeName, ObjectTypeRow } from '@diode/catalogue';
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
  /** Existing objects, by type and id. */
  readonly existing: Map<ObjectTypeName, Map<number, Thing>>;
  readonly things: Thing[];
  /** Objects to be made, under the keys that will find them. */
  readonly index: Map<string, Thing[]>;
  nodes: number;
  /** By source and channel, then by type. */
  readonly policies: Map<string, Map<ObjectTypeRow, TypePolicy>>;
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
  const key = channel === 'http' ? source : `${channel} ${source}`;
  let types = graph.policies.get(key);
  if (types === undefined) {
    types = new Map();
    graph.policies.set(key, types);
  }
  let found = types.get(row);
  if (found === undefined) {
    found = graph.policy.typePolicy(row.name, { source, channel });
    types.set(row, found);
  }
  return found;
}

export function thingOf(graph: Graph, row: ObjectTypeRow, observed: Observed): Thing {
  let things = graph.existing.get(row.name);
  if (things === undefined) {
    things = new Map();
    graph.existing.set(row.name, things);
  }
  let thing = things.get(observed.id);
  if (thing === undefined) {
    thing = blankThing(row, observed.id, observed);
    things.set(observed.id, thing);
    graph.things.push(thing);
  }
  return thing;
}

/** An existing object the batch met already. */
export function metThing(graph: Graph, type: ObjectTypeName, id: number): Thing | undefined {
  return graph.existing.get(type)?.get(id);
}

export function newThing(graph: Graph, row: ObjectTypeRow): Thing {
  const thing = blankThing(row, -(graph.things.length + 1), null);
  graph.things.push(thing);
  return thing;
}

const NO_ADDRESSES: Thing['addresses'] = new Map();

/** What exists gets none: one for all. */
const NO_DEFAULTS: Thing['defaults'] = new Map();

function blankThing(row: ObjectTypeRow, id: number, observed: Observed | null): Thing {
  return {
    row,
    id,
    observed,
    nodes: [],
    defaults: observed === null ? new Map() : NO_DEFAULTS,
    customDefaults: observed === null ? new Map() : NO_DEFAULTS,
    addresses: row.name === 'dcim.device' ? new Map() : NO_ADDRESSES,
    completed: false,
    problems: [],
  };
}
