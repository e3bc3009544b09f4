import type { ObjectTypeRow } from '@diode/catalogue';
import type { FieldInput, GraphNode, Mention, Shape } from './node.js';

export interface NodeInput {
  readonly order: number;
  readonly row: ObjectTypeRow;
  readonly shape: Shape;
  readonly mention: Mention;
  readonly fields?: Map<string, FieldInput>;
  readonly id?: number;
  readonly writes?: GraphNode['writes'];
  readonly context?: GraphNode['context'];
  readonly words?: string | null;
}

export function makeNode(input: NodeInput): GraphNode {
  return {
    order: input.order,
    row: input.row,
    shape: input.shape,
    mention: input.mention,
    fields: input.fields ?? new Map(),
    id: input.id ?? null,
    writes: input.writes ?? (input.shape === 'asserted' ? 'all' : 'none'),
    context: input.context ?? null,
    words: input.words ?? null,
    aliases: NONE,
    chosen: NOTHING,
    identity: OPEN,
    probes: null,
  };
}

const OPEN = { kind: 'open' } as const;
// Shared, because most nodes have none: a batch makes thousands.
const NONE: readonly string[] = [];
const NOTHING: GraphNode['chosen'] = new Map();
