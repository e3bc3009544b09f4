import { cidrOf, formatHost, lastOf, parseNetwork } from '../network/address.js';
import { displayOf } from '../represent/display.js';
import { type Row, textOf } from '../store/row.js';
import type { Json } from '../tables/table-shapes.js';
import { wrong, wrongObject } from '../write/refusal.js';
import { uniqueIn } from './prefixes.js';
import type { CleanContext, Rule } from './rules.js';

/** Roles under which one address may exist several times. */
const shared = new Set<Json>(['anycast', 'vip', 'vrrp', 'hsrp', 'glbp', 'carp']);

function address(context: CleanContext): undefined {
  const { row, before } = context;
  const network = parseNetwork(textOf(row.address));
  if (!network) return;
  if (network.length === 0) throw wrong('address', 'Cannot create IP address with /0 mask.');
  if (row.assigned_object_id !== null) refuseNetworkAndBroadcast(network);
  refuseDuplicates(context, network);
  if (!before) refuseInsidePopulatedRange(context, network);
  if (before) keepPrimary(context, before, network.family);
  if (row.status === 'slaac' && network.family !== 6) {
    throw wrong('status', 'Only IPv6 addresses can be assigned SLAAC status');
  }
}

type Net = NonNullable<ReturnType<typeof parseNetwork>>;

function refuseNetworkAndBroadcast(network: Net): void {
  const host = formatHost(network);
  const narrow = network.family === 4 ? network.length >= 31 : network.length >= 127;
  if (narrow) return;
  if (network.value === cidrOf(network).value)
    throw wrongObject(`${host} is a network ID, which may not be assigned to an interface.`);
  if (network.family === 4 && network.value === lastOf(network)) {
    throw wrongObject(`${host} is a broadcast address, which may not be assigned to an interface.`);
  }
}

/** Uniqueness is by host, whatever the mask; roles meant to be shared are exempt when all bear one. */
function refuseDuplicates(context: CleanContext, network: Net): void {
  const { engine, type, row } = context;
  const table = uniqueIn(context);
  if (table === null) return;
  const hosts = engine.db.table(type.model).index('host:address', (one) => textOf(one.address).split('/')[0]);
  const others = [...(hosts.get(formatHost(network)) ?? [])]
    .flatMap((id) => engine.row(type.model, id) ?? [])
    .filter((other) => other.id !== row.id && (other.vrf ?? null) === (row.vrf ?? null));
  const [first] = others;
  if (!first) return;
  if (!shared.has(row.role ?? null) || others.some((other) => !shared.has(other.role ?? null))) {
    throw wrong('address', `Duplicate IP address found in ${table}: ${first.address}`);
  }
}

function refuseInsidePopulatedRange({ engine, row }: CleanContext, network: Net): void {
  const type = engine.tables.require('ipam.iprange');
  for (const id of engine.db.table(type.model).where('mark_populated', true)) {
    const range = engine.row(type.model, id);
    const [low, high] = [parseNetwork(textOf(range?.start_address)), parseNetwork(textOf(range?.end_address))];
    if (!range || !low || !high || (range.vrf ?? null) !== (row.vrf ?? null) || low.family !== network.family) continue;
    if (low.value <= network.value && network.value <= high.value) {
      throw wrong('address', `Cannot create IP address ${row.address} inside range ${displayOf(engine, type, range)}.`);
    }
  }
}

/** A primary address stays with its device; moving it between that device's interfaces is fine. */
function keepPrimary({ engine, row }: CleanContext, before: Row, family: number): void {
  const holder = holderOf(engine, before);
  if (!holder) return;
  const column = `primary_ip${family}`;
  if (engine.row(holder.model, holder.id)?.[column] !== row.id) return;
  const now = holderOf(engine, row);
  if (now?.model !== holder.model || now.id !== holder.id) {
    throw wrongObject('Cannot reassign IP address while it is designated as the primary IP for the parent object');
  }
}

/** The device or virtual machine whose interface the address is on. */
function holderOf(engine: CleanContext['engine'], row: Row): { model: string; id: number } | null {
  const port = engine.row(textOf(row.assigned_object_type), row.assigned_object_id);
  const [model, column] =
    row.assigned_object_type === 'dcim.interface'
      ? ['dcim.device', 'device']
      : ['virtualization.virtualmachine', 'virtual_machine'];
  const id = port?.[column];
  return typeof id === 'number' ? { model, id } : null;
}

function mac({ engine, row, before }: CleanContext): undefined {
  if (!before || before.assigned_object_id === null) return;
  const port = engine.row(textOf(before.assigned_object_type), before.assigned_object_id);
  if (port?.primary_mac_address !== row.id) return;
  if (row.assigned_object_id === null) {
    throw wrongObject('Cannot unassign MAC Address while it is designated as the primary MAC for an object');
  }
  if (
    row.assigned_object_id !== before.assigned_object_id ||
    row.assigned_object_type !== before.assigned_object_type
  ) {
    throw wrongObject('Cannot reassign MAC Address while it is designated as the primary MAC for an object');
  }
}

export const addressRules: Readonly<Record<string, Rule>> = {
  'ipam.ipaddress': { clean: address },
  'dcim.macaddress': { clean: mac },
};
