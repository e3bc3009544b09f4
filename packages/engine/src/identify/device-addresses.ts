import { objectType } from '@diode/catalogue';
import type { ProblemItem } from '@diode/protocol';
import { type Graph, metThing, thingOf } from '../graph/graph.js';
import { labelOf } from '../graph/label.js';
import { makeNode } from '../graph/make-node.js';
import type { DeviceAddress, FieldInput, GraphNode } from '../graph/node.js';
import { inputOf, type Thing } from '../graph/thing.js';
import { matcherKey, matcherLookup } from '../lookup/matcher-key.js';
import { type Answers, idLookup, type Needs, need } from './answers.js';
import { managementInterface } from './management-interface.js';

/** Fields of a device that may hold an address without an interface. */
const FIELDS = ['primary_ip4', 'primary_ip6', 'oob_ip'] as const;

/**
 * Finds where the addresses asserted of a device go (READING "The seed's device"): the host that exists keeps its own mask; one nobody has is made,
 * on the device's only management interface or on the default one; one that another device has is held. False = something must be asked first.
 */
export function placeAddresses(graph: Graph, answers: Answers, device: Thing, needs: Needs): boolean {
  let done = true;
  for (const field of FIELDS) {
    const said = inputOf(device, field);
    if (said?.input.kind !== 'address' || device.addresses.has(field)) continue;
    if (!placeOne(graph, answers, { device, field, address: said.input.address, node: said.node }, needs)) done = false;
  }
  return done;
}

interface Wanted {
  readonly device: Thing;
  readonly field: string;
  readonly address: DeviceAddress;
  readonly node: GraphNode;
}

function placeOne(graph: Graph, answers: Answers, wanted: Wanted, needs: Needs): boolean {
  const { device, field, address } = wanted;
  const row = objectType('ipam.ipaddress');
  const matcher = row?.matchers[0];
  if (row === undefined || matcher === undefined) return true;
  const knowing = (name: string) => (name === 'address' ? address.address : null);
  const key = matcherKey(row, matcher, knowing) ?? '';
  const found = answers.get(key);
  if (found === undefined) {
    need(needs, matcherLookup(row, matcher, knowing, key));
    return false;
  }
  const made = graph.index.get(key);
  const existing = found.map((observed) => thingOf(graph, row, observed));
  const things = made === undefined ? existing : [...new Set([...existing, ...made])];
  const current = things.find((thing) => thing.id === device.observed?.data[field]);
  const [only] = current === undefined ? things : [current];
  if (current === undefined && things.length > 1) {
    hold(
      wanted,
      'ambiguous',
      `NetBox has ${address.host} ${things.length} times`,
      'Send the address as an object with its interface.',
    );
    return true;
  }
  if (only === undefined) return onInterface(graph, answers, wanted, null, needs);
  if (only === current) {
    if (!address.hasMask || only.observed?.data.address === address.address)
      device.addresses.set(field, { kind: 'equal', thing: only });
    else answer(graph, wanted, only, null);
    return true;
  }
  const place = placeOf(graph, answers, only, needs);
  if (place === 'unknown') return false;
  if (place === device) return answer(graph, wanted, only, null);
  if (place === 'nowhere') return onInterface(graph, answers, wanted, only, needs);
  const where = place === 'elsewhere' ? 'something that is no interface of a device' : `device ${labelOf(place)}`;
  hold(
    wanted,
    'address_taken',
    `${address.host} is assigned to ${where}`,
    'Free the address there, or assert another here.',
  );
  return true;
}

/** Which device an address is on: as asserted in this batch, else as NetBox has it. */
function placeOf(
  graph: Graph,
  answers: Answers,
  address: Thing,
  needs: Needs,
): Thing | 'nowhere' | 'elsewhere' | 'unknown' {
  const said = inputOf(address, 'assigned_object')?.input;
  const asserted = address.nodes.some((node) => node.writes !== 'none' && node.fields.has('assigned_object'));
  if (said !== undefined && (asserted || address.observed === null)) {
    if (said.kind !== 'node') return 'nowhere';
    const { identity } = said.node;
    return identity.kind === 'thing' ? deviceOf(graph, answers, identity.thing, needs) : 'elsewhere';
  }
  const type = address.observed?.data.assigned_object_type ?? null;
  const id = address.observed?.data.assigned_object_id ?? null;
  if (type === null || typeof id !== 'number') return 'nowhere';
  const row = objectType('dcim.interface');
  if (row === undefined || type !== row.name) return 'elsewhere';
  const lookup = idLookup(row.name, id);
  const found = answers.get(lookup.key);
  if (found === undefined) {
    need(needs, lookup);
    return 'unknown';
  }
  const [observed] = found;
  return observed === undefined ? 'elsewhere' : deviceOf(graph, answers, thingOf(graph, row, observed), needs);
}

function deviceOf(graph: Graph, answers: Answers, port: Thing, needs: Needs): Thing | 'elsewhere' | 'unknown' {
  const said = inputOf(port, 'device')?.input;
  if (said?.kind === 'node' && said.node.identity.kind === 'thing') return said.node.identity.thing;
  const id = port.observed?.data.device;
  const row = objectType('dcim.device');
  if (typeof id !== 'number' || row === undefined) return 'elsewhere';
  const known = metThing(graph, row.name, id);
  if (known !== undefined) return known;
  const lookup = idLookup(row.name, id);
  const found = answers.get(lookup.key);
  if (found === undefined) {
    need(needs, lookup);
    return 'unknown';
  }
  const [observed] = found;
  return observed === undefined ? 'elsewhere' : thingOf(graph, row, observed);
}

function onInterface(graph: Graph, answers: Answers, wanted: Wanted, existing: Thing | null, needs: Needs): boolean {
  const port = managementInterface(
    graph,
    answers,
    wanted.device,
    { node: wanted.node, pointer: wanted.address.pointer },
    needs,
  );
  return port === null ? false : answer(graph, wanted, existing, port);
}

/** The node of the address, on `port` when it is to be put there. */
function answer(graph: Graph, wanted: Wanted, existing: Thing | null, port: GraphNode | null): true {
  const { device, field, address, node } = wanted;
  const row = objectType('ipam.ipaddress');
  if (row === undefined) return true;
  const fields = new Map<string, FieldInput>(address.fields);
  const writes = new Set<string>();
  fields.set('address', { kind: 'value', value: address.address });
  if (address.hasMask) writes.add('address');
  if (port !== null) {
    fields.set('assigned_object', { kind: 'node', node: port });
    writes.add('assigned_object');
  }
  if (!fields.has('status')) fields.set('status', { kind: 'value', value: 'active' });
  const derived = makeNode({
    order: graph.nodes++,
    row,
    shape: 'derived',
    fields,
    writes,
    mention: {
      entry: node.mention.entry,
      pointer: address.pointer,
      because: `${field.replaceAll('_', ' ')} of device ${labelOf(device)}`,
    },
  });
  if (!address.fields.has('status'))
    derived.chosen = new Map([['status', { rule: 'builtin.management_address', reason: 'nobody said' }]]);
  device.addresses.set(field, { kind: 'node', node: derived });
  if (existing === null) graph.open.push(derived);
  else {
    derived.identity = { kind: 'thing', thing: existing };
    existing.nodes.push(derived);
  }
  return true;
}

function hold(wanted: Wanted, code: string, detail: string, remedy: string): void {
  const problem: Omit<ProblemItem, 'pointer'> = { code, detail, remedy };
  wanted.device.addresses.set(wanted.field, { kind: 'problem', problem });
}
