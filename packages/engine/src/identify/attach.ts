import type { Graph } from '../graph/graph.js';
import { newThing } from '../graph/graph.js';
import type { GraphNode } from '../graph/node.js';
import type { Thing } from '../graph/thing.js';
import { keysOf } from '../lookup/lookup-keys.js';
import type { Knowing } from '../lookup/matcher-key.js';
import { slugify } from '../normal-form/text.js';
import { knowingNode } from './knowing.js';

/** The node is about this thing. */
export function attach(graph: Graph, node: GraphNode, thing: Thing): void {
  node.identity = { kind: 'thing', thing };
  thing.nodes.push(node);
  if (thing.observed !== null) return;
  for (const key of keysOf(node.row, withSlug(node))) fileUnder(graph, key, thing);
}

/** DIFFERENT from all there is: a thing to be made. */
export function attachNew(graph: Graph, node: GraphNode): Thing {
  const thing = newThing(graph, node.row);
  attach(graph, node, thing);
  return thing;
}

export function fileUnder(graph: Graph, key: string, thing: Thing): void {
  const list = graph.index.get(key);
  if (list === undefined) graph.index.set(key, [thing]);
  else if (!list.includes(thing)) list.push(thing);
}

/** What is to be made gets the slug of its name, and is found by it in the same batch. */
function withSlug(node: GraphNode): Knowing {
  const knowing = knowingNode(node);
  const from = node.row.slugFrom;
  if (from === undefined || node.fields.has('slug')) return knowing;
  return (field) => {
    if (field !== 'slug') return knowing(field);
    const name = knowing(from);
    return typeof name === 'string' ? slugify(name) : undefined;
  };
}
