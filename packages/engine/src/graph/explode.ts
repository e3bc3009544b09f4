import { objectType } from '@diode/catalogue';
import type { Prepared } from '../contract.js';
import { explodeFields } from './explode-fields.js';
import { addNode, commit, makeExploder, own } from './exploder.js';
import type { Entry, Graph } from './graph.js';

/** Adds an assertion to the graph: the object it is about, and all it refers to. */
export function explode(graph: Graph, prepared: Prepared, index: number): void {
  graph.entries.push(entryOf(graph, prepared, index));
}

function entryOf(graph: Graph, prepared: Prepared, index: number): Entry {
  if (prepared.kind === 'rejected') return { prepared, node: null, problems: prepared.problems, unknown: [] };
  const row = objectType(prepared.assertion.objectType);
  if (row === undefined) {
    const problem = {
      pointer: '',
      code: 'unsupported_object_type',
      detail: `${prepared.assertion.objectType} is not an object type this Diode writes`,
      remedy: 'GET /api/v1/openapi.json lists the types.',
    };
    return { prepared, node: null, problems: [problem], unknown: [] };
  }
  const exploder = makeExploder(graph, index, explodeFields);
  const id = own(prepared.data, 'id');
  const node = addNode(exploder, {
    row,
    shape: 'asserted',
    mention: { entry: index, pointer: '', because: null },
    ...(typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? { id } : {}),
  });
  const label = own(prepared.data, row.labelField);
  explodeFields(exploder, {
    row,
    data: prepared.data,
    pointer: '',
    depth: 0,
    label: typeof label === 'string' || typeof label === 'number' ? String(label) : '',
    node,
  });
  if (exploder.problems.length > 0)
    return { prepared, node: null, problems: exploder.problems, unknown: exploder.unknown };
  commit(exploder);
  return { prepared, node, problems: [], unknown: exploder.unknown };
}
