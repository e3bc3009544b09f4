import { type FieldRow, type ObjectTypeRow, objectType } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { normalize } from '../normal-form/normalize.js';
import { excerpt } from '../normal-form/normalized.js';
import { addNode, DEEPEST, type Exploder, own, type Place, pointTo, problem, sharedNode } from './exploder.js';
import type { FieldInput, GraphNode } from './node.js';
import { tidy, typeWord } from './words.js';

/** Where a reference stands: the field and what it may point at. */
export interface ReferenceSpot {
  readonly place: Place;
  readonly row: ObjectTypeRow;
  readonly fieldName: string;
  readonly context: Readonly<Record<string, string>> | undefined;
  readonly pointer: string;
}

export function explodeReference(
  exploder: Exploder,
  place: Place,
  field: FieldRow,
  value: JsonValue,
  pointer: string,
): FieldInput | null {
  const row = objectType(field.to?.[0] ?? '');
  if (row === undefined) return null;
  const node = referenceNode(exploder, { place, row, fieldName: field.name, context: field.context, pointer }, value);
  return node === null ? null : { kind: 'node', node };
}

export function explodeReferences(
  exploder: Exploder,
  place: Place,
  field: FieldRow,
  value: JsonValue,
  pointer: string,
): FieldInput | null {
  const row = objectType(field.to?.[0] ?? '');
  if (row === undefined) return null;
  if (!Array.isArray(value)) {
    problem(exploder, pointer, 'invalid_value', {
      detail: `${field.name}: ${excerpt(value)} is not a list`,
      remedy: 'Send a list of names, of objects, or of {"id": 7}.',
    });
    return null;
  }
  const nodes: GraphNode[] = [];
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    const spot = { place, row, fieldName: field.name, context: field.context, pointer: pointTo(pointer, index) };
    const node = referenceNode(exploder, spot, item);
    if (node !== null && !nodes.includes(node)) nodes.push(node);
  }
  return { kind: 'nodes', nodes };
}

/** The node of a reference: a name, an id, or an object of identifying fields. null = a problem was noted. */
export function referenceNode(exploder: Exploder, spot: ReferenceSpot, value: JsonValue): GraphNode | null {
  if (typeof value === 'string') return labelNode(exploder, spot, value);
  if (typeof value === 'number') return idNode(exploder, spot, value);
  if (isJsonObject(value)) {
    const id = own(value, 'id');
    if (typeof id === 'number') return idNode(exploder, spot, id);
    // A CSV knows text only.
    if (typeof id === 'string' && /^[1-9]\d{0,15}$/.test(id)) return idNode(exploder, spot, Number(id));
    if (Object.keys(value).length > 0) return nestedNode(exploder, spot, value);
  }
  problem(exploder, spot.pointer, 'invalid_reference', {
    detail: `${spot.fieldName}: ${excerpt(value)} names no ${typeWord(spot.row)}`,
    remedy: 'Send its name, an object of identifying fields, or {"id": 7}.',
  });
  return null;
}

function idNode(exploder: Exploder, spot: ReferenceSpot, id: number): GraphNode | null {
  if (!Number.isSafeInteger(id) || id <= 0) {
    problem(exploder, spot.pointer, 'invalid_reference', {
      detail: `${spot.fieldName}: ${id} is no NetBox id`,
      remedy: 'Send its name, an object of identifying fields, or {"id": 7}.',
    });
    return null;
  }
  return sharedNode(exploder, `${spot.row.name}#${id}`, () => ({
    row: spot.row,
    shape: 'id',
    id,
    mention: mentionOf(exploder, spot),
  }));
}

/** A plain name: what it is the name of depends on the type (its label field), and for parts of a whole on the whole. */
function labelNode(exploder: Exploder, spot: ReferenceSpot, text: string): GraphNode | null {
  const { row } = spot;
  // Most names were met before, spelled the same.
  const met = spot.context === undefined ? exploder.graph.known.get(`${row.name}"${text}`) : undefined;
  if (met !== undefined) return met;
  const name = tidy(text);
  const byVid = row.name === 'ipam.vlan' && /^\d{1,4}$/.test(name);
  const field = row.fields.find((one) => one.name === (byVid ? 'vid' : row.labelField));
  if (field === undefined) return null;
  const normalized = normalize({ ...field, required: true }, name);
  if (normalized.kind === 'invalid' || normalized.value === null) {
    const detail = normalized.kind === 'invalid' ? normalized.detail : 'may not be blank';
    const remedy = normalized.kind === 'invalid' ? normalized.remedy : `Send the name of a ${typeWord(row)}.`;
    problem(exploder, spot.pointer, 'invalid_reference', { detail: `${spot.fieldName}: ${detail}`, remedy });
    return null;
  }
  const inherited = contextOf(spot, () => false);
  const value = normalized.value;
  return sharedNode(exploder, `${row.name}"${name}${inherited.key}`, () => ({
    row,
    shape: 'label',
    mention: mentionOf(exploder, spot),
    fields: new Map<string, FieldInput>([[field.name, { kind: 'value', value }], ...inherited.fields]),
    context: inherited.pending,
    words: row.name === 'dcim.devicetype' ? name : null,
  }));
}

function nestedNode(exploder: Exploder, spot: ReferenceSpot, data: JsonObject): GraphNode | null {
  const { row, place } = spot;
  if (place.depth >= DEEPEST) {
    problem(exploder, spot.pointer, 'too_deep', {
      detail: `references nest deeper than ${DEEPEST} levels here`,
      remedy: 'Send the fields that identify the object, not all that it hangs on.',
    });
    return null;
  }
  const problems = exploder.problems.length;
  const label = own(data, row.labelField);
  const draft = addNode(exploder, { row, shape: 'nested', mention: mentionOf(exploder, spot) });
  // Before its own fields are taken apart, so that what they name takes the same context: the parent of a location's parent.
  const inherited = contextOf(spot, (field) => Object.hasOwn(data, field));
  for (const [name, input] of inherited.fields) draft.fields.set(name, input);
  draft.context = inherited.pending;
  exploder.fields(exploder, {
    row,
    data,
    pointer: spot.pointer,
    depth: place.depth + 1,
    label: typeof label === 'string' ? label : '',
    node: draft,
  });
  if (exploder.problems.length > problems) return null;
  if (draft.fields.size === inherited.fields.length) {
    problem(exploder, spot.pointer, 'invalid_reference', {
      detail: `${spot.fieldName}: none of these fields is one of a ${typeWord(row)}`,
      remedy: `Send fields that identify it, for example ${row.labelField}.`,
    });
    return null;
  }
  const model = draft.fields.get('model');
  if (row.name === 'dcim.devicetype' && !draft.fields.has('manufacturer') && model?.kind === 'value') {
    draft.words = String(model.value);
  }
  return deduped(exploder, draft, inherited.key);
}

/** Equal descriptions are one node: the one that came first stands for all. */
function deduped(exploder: Exploder, draft: GraphNode, contextKey: string): GraphNode {
  // Something was derived from this very node and points back at it: it stays itself.
  if ([...draft.fields.values()].some((input) => input.kind === 'node' && input.node.shape === 'derived')) return draft;
  const key = `${draft.row.name}{${[...draft.fields].map(([name, input]) => `${name}:${inputKey(input)}`).join(',')}}${contextKey}`;
  const known = exploder.graph.known.get(key) ?? exploder.staged.get(key);
  const index = exploder.loose.lastIndexOf(draft);
  if (index !== -1) exploder.loose.splice(index, 1);
  if (known !== undefined) return known;
  exploder.staged.set(key, draft);
  return draft;
}

function inputKey(input: FieldInput): string {
  switch (input.kind) {
    case 'value':
      return JSON.stringify(input.value);
    case 'node':
      return `#${input.node.order}`;
    case 'nodes':
      return `[${input.nodes.map((node) => node.order).join(' ')}]`;
    case 'custom':
      return JSON.stringify([...input.entries].map(([name, entry]) => [name, entry.value]));
    case 'address':
      return `@${input.address.address}${[...input.address.fields].map(([name, one]) => `${name}:${inputKey(one)}`).join(',')}`;
  }
}

/** What a name takes from the object that uses it: known now, or once that object is identified. */
function contextOf(
  spot: ReferenceSpot,
  isGiven: (field: string) => boolean,
): {
  readonly fields: readonly (readonly [string, FieldInput])[];
  readonly pending: GraphNode['context'];
  readonly key: string;
} {
  const fields: (readonly [string, FieldInput])[] = [];
  const pending: Record<string, string> = {};
  let key = '';
  for (const [field, from] of Object.entries(spot.context ?? {})) {
    if (isGiven(field)) continue;
    const known = spot.place.node.fields.get(from);
    if (known === undefined) {
      pending[field] = from;
      key += `^${field}#${spot.place.node.order}`;
    } else {
      fields.push([field, known]);
      key += `^${field}${inputKey(known)}`;
    }
  }
  const waits = Object.keys(pending).length > 0;
  return { fields, pending: waits ? { of: spot.place.node, fields: pending } : null, key };
}

function mentionOf(exploder: Exploder, spot: ReferenceSpot): GraphNode['mention'] {
  const whose = `${typeWord(spot.place.row)}${spot.place.label === '' ? '' : ` ${spot.place.label}`}`;
  return {
    entry: exploder.entry,
    pointer: spot.pointer,
    because: `${spot.fieldName.replaceAll('_', ' ')} of ${whose}`,
  };
}
