import type { GraphNode } from '../graph/node.js';
import type { Planner } from './planner.js';

/** Rules that are built in, as receipts name them (I8). Others are `file:line` of a policy. */
export const RULES = {
  asserted: 'asserted',
  equal: 'equal',
  reference: 'reference',
  caseOnly: 'builtin.case_insensitive_name',
  unknown: 'builtin.unknown_field',
  identity: 'builtin.identity',
  address: 'builtin.management_address',
  customField: 'builtin.custom_field',
} as const;

export const EQUAL = 'NetBox holds this already';
export const NOTHING_TO_CLEAR = 'nothing to clear';

/** Who says so: `source discovery asserts it`, or what it is needed for. */
export function speaker(planner: Planner, node: GraphNode): string {
  if (node.mention.because !== null) return `needed for ${node.mention.because}`;
  return `source ${planner.graph.batch[node.mention.entry]?.assertion.source ?? ''} asserts it`;
}

export function ruleOf(node: GraphNode): string {
  return node.shape === 'asserted' ? RULES.asserted : RULES.reference;
}
