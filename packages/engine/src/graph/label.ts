import type { JsonValue } from '@diode/protocol';
import { type Graph, metThing } from './graph.js';
import type { GraphNode } from './node.js';
import { inputOf, type Thing } from './thing.js';

/** A value of a thing as it will be: what is said of it, else its default, else what NetBox holds. References give undefined. */
export function currentValue(thing: Thing, field: string): JsonValue | undefined {
  const input = inputOf(thing, field)?.input ?? thing.defaults.get(field)?.input;
  if (input !== undefined) return input.kind === 'value' ? input.value : undefined;
  return thing.observed?.data[field];
}

/** What a thing refers to, as far as it is in the graph. */
export function targetOf(thing: Thing, field: string, graph: Graph): Thing | null {
  const input = inputOf(thing, field)?.input ?? thing.defaults.get(field)?.input;
  if (input?.kind === 'node') return input.node.identity.kind === 'thing' ? input.node.identity.thing : null;
  const id = thing.observed?.data[field];
  const to = thing.row.fields.find((one) => one.name === field)?.to?.[0];
  return typeof id === 'number' && to !== undefined ? (metThing(graph, to, id) ?? null) : null;
}

/** How a person names it, without what it is part of: `DC1`. An existing object by the name NetBox holds. */
export function labelOf(thing: Thing): string {
  const held = thing.observed?.data[thing.row.labelField];
  const value =
    held ?? currentValue(thing, thing.row.labelField) ?? currentValue(thing, 'slug') ?? currentValue(thing, 'vid');
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' && value !== '') return value;
  return thing.id > 0 ? `#${thing.id}` : 'without a name';
}

/** The part of the whole is named with it: `SWITCH-01 / mgmt0`, `Cisco Catalyst 9300`. */
export function fullLabelOf(thing: Thing, graph: Graph): string {
  const label = labelOf(thing);
  const whole = thing.row.name === 'dcim.interface' ? targetOf(thing, 'device', graph) : null;
  if (whole !== null) return `${labelOf(whole)} / ${label}`;
  const maker = thing.row.name === 'dcim.devicetype' ? targetOf(thing, 'manufacturer', graph) : null;
  return maker === null ? label : `${labelOf(maker)} ${label}`;
}

/** The label an assertion gives its object, for those that are about nothing in the end. */
export function nodeLabel(node: GraphNode): string {
  const input = node.fields.get(node.row.labelField);
  return input?.kind === 'value' && input.value !== null ? String(input.value) : '';
}
