import type { Engine } from '../engine.js';
import { cidrOf, containedIn, formatNetwork, type Network, parseNetwork } from '../network/address.js';
import { idsOf, type Row, textOf } from '../store/row.js';
import type { FilterSpec, Json, TypeTable } from '../tables/table-shapes.js';
import type { Kept } from './kept.js';

type Method = (engine: Engine, type: TypeTable, name: string, values: readonly string[], filter: FilterSpec) => Kept;

const keepRows = (engine: Engine, type: TypeTable, test: (row: Row) => boolean): Kept => {
  const keep = new Set<number>();
  for (const row of engine.db.table(type.model).rows()) if (test(row)) keep.add(row.id);
  return { keep };
};

const flag = (values: readonly string[]): boolean | undefined =>
  ({ true: true, false: false })[values.at(-1)?.toLowerCase() ?? ''];

/** A yes/no filter over a test of the row. */
const yesNo =
  (test: (engine: Engine, row: Row, type: TypeTable) => boolean): Method =>
  (engine, type, _, values) => {
    const want = flag(values);
    return want === undefined ? { ignore: true } : keepRows(engine, type, (row) => test(engine, row, type) === want);
  };

const search: Method = (engine, type, _, values) => {
  const wanted = (values.at(-1) ?? '').trim().toLowerCase();
  if (wanted === '') return { ignore: true };
  const columns = type.search.filter((name) => !name.includes('__') && type.columns[name]);
  const own = ['name', 'address', 'prefix', 'mac_address', 'asn'].filter((name) => type.columns[name]);
  const all = [...new Set([...columns, ...own])];
  return keepRows(engine, type, (row) =>
    all.some((column) =>
      String(row[column] ?? '')
        .toLowerCase()
        .includes(wanted),
    ),
  );
};

const byRequest: Method = (engine, type, name, values) => {
  const id = (values.at(-1) ?? '').toLowerCase();
  if (!/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/.test(id)) return { error: 'Enter a valid UUID.' };
  const actions = { created_by_request: ['create'], updated_by_request: ['update'] }[name] ?? ['create', 'update'];
  const keep = new Set<number>();
  for (const change of engine.db.table('core.objectchange').where('request_id', id)) {
    const row = engine.row('core.objectchange', change);
    if (row?.changed_object_type === type.model && actions.includes(textOf(row.action)))
      keep.add(Number(row.changed_object_id));
  }
  return { keep };
};

/**
 * By a host index: `address=10.0.0.1` finds any mask, `address=10.0.0.1/24` that one only; IPv6 must be spelt as stored.
 * NetBox 4.4 writes the two kinds together as `… AND host IN (…) OR address IN (…)`: those with a mask then pass whatever
 * the other parameters say.
 */
const address: Method = (engine, type, name, values) => {
  const column = type.columns[name] ? name : 'address';
  const parsed = values.filter((value) => parseNetwork(value) !== null);
  if (parsed.length === 0) return { keep: new Set() };
  const table = engine.db.table(type.model);
  const hosts = table.index(`host:${column}`, (row) => textOf(row[column]).split('/')[0]);
  const masked = parsed.filter((text) => text.includes('/')).flatMap((text) => [...table.where(column, text)]);
  const bare = parsed.filter((text) => !text.includes('/')).flatMap((text) => [...(hosts.get(text) ?? [])]);
  const mixed = parsed.some((text) => text.includes('/')) && parsed.some((text) => !text.includes('/'));
  return { keep: new Set([...masked, ...bare]), ...(mixed && { also: new Set(masked) }) };
};

const prefix: Method = (engine, type, _, values) => {
  const keep = new Set<number>();
  for (const text of values) {
    const network = parseNetwork(text);
    if (network) for (const id of engine.db.table(type.model).where('prefix', formatNetwork(network))) keep.add(id);
  }
  return { keep };
};

const networks = (values: readonly string[]): Network[] => values.flatMap((value) => parseNetwork(value.trim()) ?? []);

const byParent: Method = (engine, type, _, values) => {
  const parents = networks(values).map(cidrOf);
  if (parents.length < values.length) return { keep: new Set() };
  const columns = type.columns.address ? ['address'] : ['start_address', 'end_address'];
  const inside = (row: Row, parent: Network): boolean =>
    columns.every((column) => {
      const network = parseNetwork(textOf(row[column]));
      return network !== null && containedIn({ ...network, length: Math.max(network.length, parent.length) }, parent);
    });
  return keepRows(engine, type, (row) => parents.some((parent) => inside(row, parent)));
};

const within =
  (orEqual: boolean): Method =>
  (engine, type, _, values) => {
    const outer = parseNetwork((values.at(-1) ?? '').trim());
    if (!outer) return { keep: new Set() };
    return keepRows(engine, type, (row) => {
      const inner = parseNetwork(textOf(row.prefix));
      return inner !== null && containedIn(inner, cidrOf(outer)) && (orEqual || inner.length > outer.length);
    });
  };

const contains: Method = (engine, type, _, values) => {
  const text = (values.at(-1) ?? '').trim();
  const inner = parseNetwork(text);
  if (!inner) return { keep: new Set() };
  const whole = text.includes('/') ? cidrOf(inner) : inner;
  return keepRows(engine, type, (row) => {
    const outer = parseNetwork(textOf(row.prefix));
    return outer !== null && containedIn(whole, outer);
  });
};

/** Objects assigned to an interface of the device (or virtual machine) named by name or id. */
const byHolder =
  (holder: string, port: string, column: string): Method =>
  (engine, type, name, values) => {
    const pair = type.generic.find(
      (generic) => generic.name.endsWith('object') || generic.name === 'interface' || generic.name === 'parent',
    );
    if (!pair) return { keep: new Set() };
    const table = engine.db.table(holder);
    const holders = values.flatMap((value) =>
      name.endsWith('_id') ? (table.get(Number(value)) ? [Number(value)] : []) : [...table.where('name', value)],
    );
    const keep = new Set<number>();
    for (const id of holders) {
      for (const of of engine.db.table(port).where(column, id)) {
        for (const row of engine.genericIds(type.model, pair.type, pair.id, port, of)) keep.add(row);
      }
      for (const row of engine.genericIds(type.model, pair.type, pair.id, holder, id)) keep.add(row);
    }
    return { keep };
  };

const vlans: Method = (engine, type, name, values) => {
  const text = values.at(-1) ?? '';
  const ids = name === 'vlan_id' ? [Number(text)] : [...engine.db.table('ipam.vlan').where('vid', Number(text))];
  const table = engine.db.table(type.model);
  const keep = ids.flatMap((id) =>
    ['untagged_vlan', 'tagged_vlans', 'qinq_svlan'].flatMap((column) => [...table.where(column, id)]),
  );
  return { keep: new Set(keep) };
};

const scope: Method = (engine, type, name, values) => {
  const model = `.${name.replaceAll('_', '')}`;
  const target = engine.tables.types.find((one) => one.model.endsWith(model));
  return {
    keep: target
      ? engine.genericIds(type.model, 'scope_type', 'scope_id', target.model, Number(values.at(-1)))
      : new Set(),
  };
};

const cableEnd =
  (port: string): Method =>
  (engine, _, __, values) => {
    const keep = values.flatMap((value) => {
      const cable = engine.row(port, Number(value))?.cable;
      return typeof cable === 'number' ? [cable] : [];
    });
    return { keep: new Set(keep) };
  };

const cableSide =
  (side: string): Method =>
  (engine, _, __, values) => {
    const table = engine.db.table('dcim.cabletermination');
    const keep = values
      .flatMap((value) => [...table.where('termination_id', Number(value))])
      .flatMap((id) => table.get(id) ?? [])
      .filter((row) => row.cable_end === side)
      .map((row) => Number(row.cable));
    return { keep: new Set(keep) };
  };

const has = (model: string, column: string): Method =>
  yesNo((engine, row) => engine.db.table(model).where(column, row.id).size > 0);

const kind: Method = (engine, type, _, values) => {
  const virtual = new Set<Json>(['virtual', 'bridge', 'lag']);
  const wireless = (row: Row): boolean => textOf(row.type).startsWith('ieee802.11') || row.type === 'other-wireless';
  return keepRows(engine, type, (row) =>
    values.some((value) =>
      value === 'physical'
        ? !virtual.has(row.type ?? '')
        : value === 'virtual'
          ? virtual.has(row.type ?? '')
          : wireless(row),
    ),
  );
};

const assigned = yesNo((_, row) => row.assigned_object_type !== null && row.assigned_object_id !== null);

const chassisMembers: Method = (engine, type, name, values) => {
  const devices = engine.db.table('dcim.device');
  const named = values.flatMap((value) => (name.endsWith('_id') ? [Number(value)] : [...devices.where('name', value)]));
  const all = named.flatMap((id) => {
    const chassis = devices.get(id)?.virtual_chassis;
    return typeof chassis === 'number' ? [...devices.where('virtual_chassis', chassis)] : [id];
  });
  return { keep: new Set(all.flatMap((id) => [...engine.db.table(type.model).where('device', id)])) };
};

/** What lies in a VRF, or in one that exports what it imports. */
const presentInVrf: Method = (engine, type, name, values) => {
  const vrfs = engine.db.table('ipam.vrf');
  const text = values.at(-1) ?? '';
  const [id] = name.endsWith('_id') ? [Number(text)] : vrfs.where('rd', text);
  const vrf = vrfs.get(id ?? 0);
  if (!vrf) return { error: 'Select a valid choice. That choice is not one of the available choices.' };
  const sources = idsOf(vrf.import_targets).flatMap((target) => [...vrfs.where('export_targets', target)]);
  const table = engine.db.table(type.model);
  return { keep: new Set([vrf.id, ...sources].flatMap((one) => [...table.where('vrf', one)])) };
};

/** Filters NetBox implements by code rather than by a path. What is missing here is refused, never guessed. */
const methods: Readonly<Record<string, Method>> = {
  search,
  filter_by_request: byRequest,
  filter_address: address,
  filter_prefix: prefix,
  search_by_parent: byParent,
  search_within: within(false),
  search_within_include: within(true),
  search_contains: contains,
  filter_device: byHolder('dcim.device', 'dcim.interface', 'device'),
  filter_virtual_machine: byHolder('virtualization.virtualmachine', 'virtualization.vminterface', 'virtual_machine'),
  filter_assigned: assigned,
  _assigned: assigned,
  _assigned_to_interface: yesNo((_, row) => /interface$/.test(textOf(row.assigned_object_type))),
  filter_primary: yesNo((engine, row) =>
    ['dcim.interface', 'virtualization.vminterface'].some(
      (model) => engine.db.table(model).where('primary_mac_address', row.id).size > 0,
    ),
  ),
  _has_primary_ip: yesNo((_, row) => row.primary_ip4 !== null || row.primary_ip6 !== null),
  _has_oob_ip: yesNo((_, row) => row.oob_ip !== null),
  _virtual_chassis_member: yesNo((_, row) => row.virtual_chassis !== null),
  _local_context_data: yesNo((_, row) => row.local_context_data !== null),
  filter_connected: yesNo((_, row) => row.cable !== null),
  filter_occupied: yesNo((_, row) => row.cable !== null || row.mark_connected === true),
  filter_vlan: vlans,
  filter_vlan_id: vlans,
  filter_scope: scope,
  filter_kind: kind,
  filter_virtual_chassis_member: chassisMembers,
  filter_virtual_chassis_member_or_master: chassisMembers,
  filter_by_interface: cableEnd('dcim.interface'),
  filter_by_frontport: cableEnd('dcim.frontport'),
  filter_by_rearport: cableEnd('dcim.rearport'),
  filter_by_consoleport: cableEnd('dcim.consoleport'),
  filter_by_consoleserverport: cableEnd('dcim.consoleserverport'),
  filter_by_powerport: cableEnd('dcim.powerport'),
  filter_by_poweroutlet: cableEnd('dcim.poweroutlet'),
  filter_by_powerfeed: cableEnd('dcim.powerfeed'),
  filter_by_cable_end_a: cableSide('A'),
  filter_by_cable_end_b: cableSide('B'),
  _has_virtual_device_context: has('dcim.virtualdevicecontext', 'device'),
  _interfaces: yesNo((engine, row, type) =>
    type.model === 'dcim.device'
      ? engine.db.table('dcim.interface').where('device', row.id).size > 0
      : engine.db.table('dcim.interfacetemplate').where(type.model.slice(5).replace('type', '_type'), row.id).size > 0,
  ),
  filter_interface_id: (engine, _, __, values) => {
    const port = engine.row('dcim.interface', Number(values.at(-1)));
    return { keep: new Set([...idsOf(port?.tagged_vlans), ...idsOf([port?.untagged_vlan ?? null])]) };
  },
  filter_present_in_vrf: presentInVrf,
  filter_features: (engine, type, _, values) =>
    keepRows(engine, type, (row) => {
      const features: Json = row.features ?? [];
      return Array.isArray(features) && values.some((value) => features.includes(value));
    }),
};

/** Null when the stand-in has no counterpart of NetBox's method. */
export function methodFilter(
  engine: Engine,
  type: TypeTable,
  filter: FilterSpec,
  name: string,
  values: readonly string[],
): Kept | null {
  const method = methods[filter.method ?? ''];
  return method ? method(engine, type, name, values, filter) : null;
}
