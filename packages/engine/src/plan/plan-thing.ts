import { fieldOf } from '@diode/catalogue';
import type { GraphNode } from '../graph/node.js';
import { type DefaultInput, inputOf, type Said, type Thing } from '../graph/thing.js';
import { speakerOf } from '../identify/defaults.js';
import { checkCreate } from './check-create.js';
import { definitionTypes } from './definition-types.js';
import type { Draft } from './draft.js';
import { planCustomFields } from './plan-custom-fields.js';
import { planField } from './plan-field.js';
import { makeDraft, type Planner } from './planner.js';

/** Plans one object, once; what it needs is planned before it. null = nobody wants anything of it. */
export function planThing(planner: Planner, thing: Thing): Draft | null {
  const known = planner.drafts.get(thing);
  if (known !== undefined) return known;
  const writers = thing.observed === null ? thing.nodes : thing.nodes.filter(isWriter);
  if (writers.length === 0 && thing.nodes.every((node) => node.aliases.length === 0)) {
    planner.drafts.set(thing, null);
    return null;
  }
  const draft = makeDraft(planner, thing);
  planner.drafts.set(thing, draft);
  planner.visiting.add(thing);
  for (const name of fieldNames(thing, writers)) {
    const said = saidOf(thing, name, writers);
    const field = fieldOf(thing.row, name);
    if (field === undefined || said === undefined) continue;
    if (field.kind === 'custom_fields') continue;
    planField(planner, draft, { field, said, fallback: inputOfDefault(thing, name, writers) });
  }
  planCustomFields(planner, draft, writers);
  if (thing.observed === null) checkCreate(planner.graph, draft);
  planner.visiting.delete(thing);
  for (const dependency of draft.touches) draft.level = Math.max(draft.level, dependency.level + 1);
  settleAction(draft);
  return draft;
}

function isWriter(node: GraphNode): boolean {
  return node.writes !== 'none';
}

/** Late fields may have changed what there is to do. */
export function settleAction(draft: Draft): void {
  if (draft.action !== 'noop' && draft.action !== 'update') return;
  const writes = [...draft.fields.values()].some(
    (field) => field.verdict === 'written' || field.verdict === 'defaulted',
  );
  draft.action = writes ? 'update' : 'noop';
}

/** Every field somebody may write, in the catalogue's order, so that receipts read alike. */
function fieldNames(thing: Thing, writers: readonly GraphNode[]): readonly string[] {
  const [only] = writers;
  if (thing.observed !== null && writers.length === 1 && only !== undefined) return [...only.fields.keys()];
  const names = new Set<string>(thing.observed === null ? thing.defaults.keys() : []);
  for (const node of writers) for (const name of node.fields.keys()) names.add(name);
  return [...names];
}

function saidOf(thing: Thing, name: string, writers: readonly GraphNode[]): Said | undefined {
  if (name === 'object_types' && thing.row.name === 'extras.customfield') return definitionTypes(thing);
  if (thing.observed === null) {
    const said = inputOf(thing, name);
    const chosen = thing.defaults.get(name);
    const node = speakerOf(thing);
    if (said !== undefined || chosen === undefined || node === undefined) return said;
    return { input: chosen.input, node };
  }
  const [only] = writers;
  if (writers.length === 1 && only?.writes === 'all') {
    const input = only.fields.get(name);
    return input === undefined ? undefined : { input, node: only };
  }
  const allowed = writers.filter((node) => node.writes === 'all' || (node.writes !== 'none' && node.writes.has(name)));
  return allowed.length === 0 ? undefined : inputOf({ nodes: allowed }, name);
}

function inputOfDefault(thing: Thing, name: string, writers: readonly GraphNode[]): DefaultInput | undefined {
  if (thing.observed !== null || writers.some((node) => node.fields.has(name))) return undefined;
  return thing.defaults.get(name);
}
