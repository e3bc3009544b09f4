import type { ObjectTypeRow } from '@diode/catalogue';
import type { JsonObject, JsonValue, ProblemItem } from '@diode/protocol';
import type { Graph } from './graph.js';
import { makeNode, type NodeInput } from './make-node.js';
import type { GraphNode } from './node.js';

/** References nest no deeper; `prepare` says so earlier and better, this keeps the engine total (I3). */
export const DEEPEST = 40;

/**
 * Takes one assertion apart. Its nodes join the graph only when all of it could be read, so that nothing is made for an entity that is refused (I11).
 */
export interface Exploder {
  readonly graph: Graph;
  readonly entry: number;
  readonly problems: ProblemItem[];
  readonly unknown: { readonly field: string; readonly reason: string }[];
  readonly staged: Map<string, GraphNode>;
  readonly loose: GraphNode[];
  /** Takes the fields of an object apart; here because objects and references contain each other. */
  readonly fields: (exploder: Exploder, place: Place) => void;
}

/** An object being taken apart: its type, where it stands, and the node it becomes. */
export interface Place {
  readonly row: ObjectTypeRow;
  readonly data: JsonObject;
  readonly pointer: string;
  readonly depth: number;
  /** For `because`: `SWITCH-01`. */
  readonly label: string;
  readonly node: GraphNode;
}

export function makeExploder(graph: Graph, entry: number, fields: Exploder['fields']): Exploder {
  return { graph, entry, problems: [], unknown: [], staged: new Map(), loose: [], fields };
}

/** Makes a node that is only itself. */
export function addNode(exploder: Exploder, input: Omit<NodeInput, 'order'>): GraphNode {
  const node = makeNode({ ...input, order: exploder.graph.nodes++ });
  exploder.loose.push(node);
  return node;
}

/** The node of that structure: one in the whole batch. */
export function sharedNode(exploder: Exploder, key: string, make: () => Omit<NodeInput, 'order'>): GraphNode {
  const known = exploder.graph.known.get(key) ?? exploder.staged.get(key);
  if (known !== undefined) return known;
  const node = makeNode({ ...make(), order: exploder.graph.nodes++ });
  exploder.staged.set(key, node);
  return node;
}

/** Lets the nodes join the graph. */
export function commit(exploder: Exploder): void {
  for (const [key, node] of exploder.staged) exploder.graph.known.set(key, node);
  for (const node of exploder.staged.values()) exploder.graph.open.push(node);
  for (const node of exploder.loose) exploder.graph.open.push(node);
}

export function problem(
  exploder: Exploder,
  pointer: string,
  code: string,
  what: { readonly detail: string; readonly remedy: string },
): void {
  exploder.problems.push({ pointer, code, detail: what.detail, remedy: what.remedy });
}

/** RFC 6901. */
export function pointTo(pointer: string, key: string | number): string {
  if (typeof key === 'number' || !/[~/]/.test(key)) return `${pointer}/${key}`;
  return `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** An own property; inherited ones are not data. */
export function own(data: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}
