import { objectType } from '@diode/catalogue';
import { type Graph, thingOf } from '../graph/graph.js';
import { labelOf } from '../graph/label.js';
import { makeNode } from '../graph/make-node.js';
import type { FieldInput, GraphNode } from '../graph/node.js';
import type { Thing } from '../graph/thing.js';
import { matcherKey, matcherLookup } from '../lookup/matcher-key.js';
import { type Answers, type Needs, need } from './answers.js';

/**
 * The interface a device's own address goes on: its only `mgmt_only` one, else the default one (`mgmt0`), made if there is none. A device still to be
 * made has none that NetBox knows: those its type's templates make appear when the batch is planned again after the device (docs/decisions/0003).
 * null = something must be asked first.
 */
export function managementInterface(
  graph: Graph,
  answers: Answers,
  device: Thing,
  asked: { readonly node: GraphNode; readonly pointer: string },
  needs: Needs,
): GraphNode | null {
  const row = objectType('dcim.interface');
  const index = row?.indexes?.[0];
  if (row === undefined || index === undefined) return null;
  const knowing = (field: string) => (field === 'device' ? device.id : true);
  const key = matcherKey(row, index, knowing) ?? '';
  const found = device.observed === null ? [] : answers.get(key);
  if (found === undefined) {
    need(needs, matcherLookup(row, index, knowing, key));
    return null;
  }
  const things = [
    ...new Set([...found.map((observed) => thingOf(graph, row, observed)), ...(graph.index.get(key) ?? [])]),
  ];
  const mention = {
    entry: asked.node.mention.entry,
    pointer: asked.pointer,
    because: `management interface of device ${labelOf(device)}`,
  };
  const [only] = things;
  if (things.length === 1 && only !== undefined) {
    const node = makeNode({ order: graph.nodes++, row, shape: 'derived', mention });
    node.identity = { kind: 'thing', thing: only };
    return node;
  }
  const owner = makeNode({ order: graph.nodes++, row: device.row, shape: 'derived', mention });
  owner.identity = { kind: 'thing', thing: device };
  const known = `dcim.interface of ${device.id}: ${graph.policy.defaults.interfaceName}`;
  const shared = graph.known.get(known);
  if (shared !== undefined) return shared;
  const node = makeNode({
    order: graph.nodes++,
    row,
    shape: 'derived',
    mention,
    fields: new Map<string, FieldInput>([
      ['device', { kind: 'node', node: owner }],
      ['name', { kind: 'value', value: graph.policy.defaults.interfaceName }],
    ]),
  });
  graph.known.set(known, node);
  graph.open.push(node);
  return node;
}
