import type { JsonValue } from '@diode/protocol';
import { inputOf, type Said, type Thing } from '../graph/thing.js';

/**
 * The types a custom field is for: those somebody asserts, else those NetBox has, and with them every type that declares it in this batch. Two types
 * that declare one field share its definition; none takes it from the other.
 */
export function definitionTypes(thing: Thing): Said | undefined {
  const derived = thing.nodes.filter((node) => node.shape === 'derived');
  const asserted = inputOf({ nodes: thing.nodes.filter((node) => node.shape !== 'derived') }, 'object_types');
  const [node] = derived;
  if (node === undefined) return asserted;
  const base = asserted?.input.kind === 'value' ? asserted.input.value : (thing.observed?.data.object_types ?? []);
  const types = new Set(textsOf(base));
  for (const one of derived) {
    const input = one.fields.get('object_types');
    if (input?.kind === 'value') for (const type of textsOf(input.value)) types.add(type);
  }
  return { node: asserted?.node ?? node, input: { kind: 'value', value: [...types].sort() } };
}

function textsOf(value: JsonValue): readonly string[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter((one) => typeof one === 'string') : [];
}
