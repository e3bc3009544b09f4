import { fieldOf } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import type { FieldInput, GraphNode } from '../graph/node.js';
import { inputOf, type Thing } from '../graph/thing.js';
import { knownOf } from '../lookup/known-of.js';
import type { Knowing, Known } from '../lookup/matcher-key.js';

/** What a node says to a matcher, as far as what it refers to is identified. */
export function knowingNode(node: GraphNode): Knowing {
  return (field) => {
    const input = node.fields.get(field);
    return input === undefined ? undefined : knownInput(input, node, field);
  };
}

/** What is known of a thing: what NetBox holds, or what it is to be made with. */
export function knowingThing(thing: Thing): Knowing {
  if (thing.observed !== null) return knownOf(thing.row, thing.observed.data);
  return (field) => {
    const said = inputOf(thing, field);
    return said === undefined ? undefined : knownInput(said.input, said.node, field);
  };
}

function knownInput(input: FieldInput, of: GraphNode, field: string): Known | undefined {
  switch (input.kind) {
    case 'value':
      return scalar(input.value);
    case 'node': {
      const { identity, row } = input.node;
      if (identity.kind !== 'thing') return undefined;
      return fieldOf(of.row, field)?.kind === 'generic_reference'
        ? { type: row.name, id: identity.thing.id }
        : identity.thing.id;
    }
    default:
      return undefined;
  }
}

/** Blank text identifies nothing. */
function scalar(value: JsonValue): Known | undefined {
  if (value === '' || (typeof value === 'object' && value !== null)) return undefined;
  return value;
}
