import type { ObjectTypeRow } from '@diode/catalogue';
import type { ProblemItem } from '@diode/protocol';
import type { Observed } from '../contract.js';
import type { FieldInput, GraphNode } from './node.js';

/** A value a thing gets because nobody said. */
export interface DefaultInput {
  readonly input: FieldInput;
  readonly rule: string;
  readonly reason: string;
}

/** What an address asserted of a device comes to. */
export type AddressAnswer =
  /** NetBox has it there already. */
  | { readonly kind: 'equal'; readonly thing: Thing }
  | { readonly kind: 'node'; readonly node: GraphNode }
  | { readonly kind: 'problem'; readonly problem: Omit<ProblemItem, 'pointer'> };

/** One NetBox object the batch is about: one that exists, or one to be made. */
export interface Thing {
  readonly row: ObjectTypeRow;
  /** NetBox's id; below zero for an object to be made. */
  readonly id: number;
  readonly observed: Observed | null;
  /** All that is said of it, in order of arrival. */
  readonly nodes: GraphNode[];
  /** Of things to be made only. */
  readonly defaults: Map<string, DefaultInput>;
  /** Custom fields set by default, by name. */
  readonly customDefaults: Map<string, DefaultInput>;
  readonly addresses: Map<string, AddressAnswer>;
  /** Its defaults were worked out. */
  completed: boolean;
  /** Why it cannot be made. */
  readonly problems: ProblemItem[];
}

export interface Said {
  readonly input: FieldInput;
  readonly node: GraphNode;
}

/** What is said of a field: an assertion before a reference, a reference before what was derived; of two assertions the later. */
export function inputOf(thing: Pick<Thing, 'nodes'>, field: string): Said | undefined {
  let found: Said | undefined;
  for (const node of thing.nodes) {
    const input = node.fields.get(field);
    if (input !== undefined && (found === undefined || wins({ input, node }, found))) found = { input, node };
  }
  return found;
}

function wins(one: Said, other: Said): boolean {
  const difference = rank(one.node) - rank(other.node);
  if (difference !== 0) return difference > 0;
  if (one.node.shape === 'asserted') return one.node.order > other.node.order;
  // References contradict each other: which came first must not matter.
  if (one.input.kind === 'value' && other.input.kind === 'value') {
    return JSON.stringify(one.input.value) < JSON.stringify(other.input.value);
  }
  return one.node.order < other.node.order;
}

function rank(node: GraphNode): number {
  if (node.shape === 'asserted') return 2;
  return node.shape === 'derived' ? 0 : 1;
}
