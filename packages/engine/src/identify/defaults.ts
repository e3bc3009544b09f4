import { fieldOf } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import { definitionNode } from '../graph/explode-custom-fields.js';
import { explodeFields, inputFor } from '../graph/explode-fields.js';
import { commit, makeExploder, type Place } from '../graph/exploder.js';
import { type Graph, policyFor } from '../graph/graph.js';
import type { GraphNode } from '../graph/node.js';
import { inputOf, type Thing } from '../graph/thing.js';
import { absentDefaults } from '../prepare/absent-defaults.js';

/**
 * What an object to be made gets because nobody said: the policy's defaults for its type, then what is built in (role, interface type). On create
 * only; drift never restores a default (READING "Order of a fact's way").
 */
export function addDefaults(graph: Graph, thing: Thing): void {
  const speaker = speakerOf(thing);
  if (speaker === undefined) return;
  const policy = policyFor(graph, thing.row, speaker.mention);
  for (const { field, value, origin } of absentDefaults({}, policy)) {
    const rule = `${origin.file}:${origin.line}`;
    if (field.startsWith('custom_fields.'))
      addCustomDefault(graph, thing, speaker, { name: field.slice(14), value, rule });
    else addDefault(graph, thing, speaker, { field, value, rule, reason: 'nobody said; the policy has a default' });
  }
  const { defaults } = graph.policy;
  const rule = `${defaults.origin.file}:${defaults.origin.line}`;
  if (thing.row.name === 'dcim.device') {
    addDefault(graph, thing, speaker, {
      field: 'role',
      value: defaults.role,
      rule,
      reason: 'nobody said; NetBox demands a role',
    });
  }
  if (thing.row.name === 'dcim.interface') {
    addDefault(graph, thing, speaker, {
      field: 'type',
      value: defaults.interfaceType,
      rule,
      reason: 'nobody said; NetBox demands a type',
    });
  }
  if (thing.row.name === 'dcim.devicetype') {
    addDefault(graph, thing, speaker, {
      field: 'manufacturer',
      value: defaults.manufacturer,
      rule,
      reason: 'nobody named a manufacturer',
    });
  }
}

interface DefaultValue {
  readonly field: string;
  readonly value: JsonValue;
  readonly rule: string;
  readonly reason: string;
}

/** Whose policy holds: the first assertion's, else that of whoever mentioned it first. */
export function speakerOf(thing: Thing): GraphNode | undefined {
  return thing.nodes.find((node) => node.shape === 'asserted') ?? thing.nodes[0];
}

function addDefault(graph: Graph, thing: Thing, speaker: GraphNode, given: DefaultValue): void {
  const { field, value, rule, reason } = given;
  const row = fieldOf(thing.row, field);
  if (row === undefined || inputOf(thing, field) !== undefined || thing.defaults.has(field)) return;
  const exploder = makeExploder(graph, speaker.mention.entry, explodeFields);
  const input = inputFor(exploder, placeOf(thing, speaker), { field: row, key: field, value });
  // A default NetBox would refuse is a mistake of the policy, and no reason to refuse the entity.
  if (input === null || exploder.problems.length > 0) return;
  commit(exploder);
  thing.defaults.set(field, { input, rule, reason });
}

function addCustomDefault(
  graph: Graph,
  thing: Thing,
  speaker: GraphNode,
  given: { readonly name: string; readonly value: JsonValue; readonly rule: string },
): void {
  const { name, value, rule } = given;
  if (fieldOf(thing.row, 'custom_fields') === undefined || value === null) return;
  if (thing.nodes.some((node) => node.fields.get('custom_fields')?.kind === 'custom' && saysCustom(node, name))) return;
  const exploder = makeExploder(graph, speaker.mention.entry, explodeFields);
  const declared = policyFor(graph, thing.row, speaker.mention).customFields.find((one) => one.name === name);
  const definition = definitionNode(exploder, placeOf(thing, speaker), { name, value, rule: declared });
  commit(exploder);
  thing.customDefaults.set(name, {
    input: { kind: 'custom', entries: new Map([[name, { value, definition }]]) },
    rule,
    reason: 'nobody said; the policy has a default',
  });
}

function saysCustom(node: GraphNode, name: string): boolean {
  const input = node.fields.get('custom_fields');
  return input?.kind === 'custom' && input.entries.has(name);
}

function placeOf(thing: Thing, speaker: GraphNode): Place {
  const label = inputOf(thing, thing.row.labelField)?.input;
  return {
    row: thing.row,
    data: {},
    pointer: '',
    depth: 1,
    label: label?.kind === 'value' ? String(label.value) : '',
    node: speaker,
  };
}
