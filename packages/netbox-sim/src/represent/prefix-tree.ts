import type { Engine } from '../engine.js';
import { cidrOf, compareNetworks, lastOf, type Network, parseNetwork } from '../network/address.js';
import { type Row, textOf } from '../store/row.js';

interface Place {
  depth: number;
  children: number;
}

interface Tree {
  readonly version: number;
  readonly places: ReadonlyMap<number, Place>;
}

const trees = new WeakMap<Engine, Tree>();

/** How many prefixes lie under this one in its VRF. */
export const prefixChildren = (engine: Engine, row: Row): number => treeOf(engine).places.get(row.id)?.children ?? 0;
/** How many prefixes this one lies under in its VRF. */
export const prefixDepth = (engine: Engine, row: Row): number => treeOf(engine).places.get(row.id)?.depth ?? 0;

/** One sweep over all prefixes in address order, kept until a prefix changes. */
function treeOf(engine: Engine): Tree {
  const table = engine.db.table('ipam.prefix');
  const known = trees.get(engine);
  if (known && known.version === table.version) return known;
  const byVrf = new Map<string, { id: number; network: Network }[]>();
  for (const row of table.rows()) {
    const network = parseNetwork(textOf(row.prefix));
    if (!network) continue;
    const key = `${row.vrf}/${network.family}`;
    const list = byVrf.get(key);
    if (list) list.push({ id: row.id, network });
    else byVrf.set(key, [{ id: row.id, network }]);
  }
  const places = new Map<number, Place>();
  for (const list of byVrf.values()) sweep(list, places);
  const tree = { version: table.version, places };
  trees.set(engine, tree);
  return tree;
}

function sweep(list: { id: number; network: Network }[], places: Map<number, Place>): void {
  list.sort((a, b) => compareNetworks(a.network, b.network));
  const open: { last: bigint; network: Network; place: Place }[] = [];
  for (const { id, network } of list) {
    const first = cidrOf(network).value;
    while (open.length > 0 && (open.at(-1)?.last ?? 0n) < first) open.pop();
    const above = open.filter((one) => compareNetworks(one.network, network) !== 0);
    for (const one of above) one.place.children += 1;
    const place = { depth: above.length, children: 0 };
    places.set(id, place);
    open.push({ last: lastOf(network), network, place });
  }
}
