import { familyOf } from '../network/address.js';
import { idsOf, type Row, textOf } from '../store/row.js';
import type { FieldSpec, Json, TypeTable } from '../tables/table-shapes.js';
import { cabling } from './cabling.js';
import { componentCount } from './component-count.js';
import { prefixChildren, prefixDepth } from './prefix-tree.js';
import type { View } from './view.js';

type Compute = (view: View, row: Row, field: FieldSpec, type: TypeTable) => Json;

const family: Compute = (_, row) => {
  const number = familyOf(textOf(row.address ?? row.prefix ?? row.start_address));
  return { value: number, label: `IPv${number}` };
};

const primaryIp: Compute = (view, row, field) =>
  view.brief(view, 'ipam.ipaddress', row.primary_ip6 ?? row.primary_ip4, field.nested);

const depth: Compute = (view, row, _, type) => {
  let level = 0;
  for (
    let parent = view.engine.related(type, row, 'parent');
    parent;
    parent = view.engine.related(type, parent, 'parent')
  )
    level += 1;
  return level;
};

const addresses: Compute = (view, row, _, type) =>
  view.engine.genericIds('ipam.ipaddress', 'assigned_object_type', 'assigned_object_id', type.model, row.id).size;

const fhrpGroups: Compute = (view, row, _, type) =>
  view.engine.genericIds('ipam.fhrpgroupassignment', 'interface_type', 'interface_id', type.model, row.id).size;

/** Values NetBox works out rather than stores, by field name. What is not here is null, 0 or an empty list. */
const byName: Readonly<Record<string, Compute>> = {
  family,
  primary_ip: primaryIp,
  children: (view, row) => (view.given ? 0 : prefixChildren(view.engine, row)),
  mac_address: (view, row) => view.engine.row('dcim.macaddress', row.primary_mac_address)?.mac_address ?? null,
  count_ipaddresses: addresses,
  count_fhrp_groups: fhrpGroups,
  config_context: () => ({}),
  allocated_vcpus: (view, row) => allocated(view, row, 'vcpus'),
  allocated_memory: (view, row) => allocated(view, row, 'memory'),
  allocated_disk: (view, row) => allocated(view, row, 'disk'),
  choices_count: (_, row) => (Array.isArray(row.extra_choices) ? row.extra_choices.length : 0),
  asn_count: (view, row) =>
    [...view.engine.db.table('ipam.asn').rows()].filter(
      (asn) => Number(asn.asn) >= Number(row.start) && Number(asn.asn) <= Number(row.end),
    ).length,
  utilization: (view, row, _, type) => (type.model === 'ipam.vlangroup' ? vlanGroupUtilization(view, row) : null),
  data_type: (_, row) => dataTypes[textOf(row.type)] ?? 'string',
  changed_object: (view, row) => view.brief(view, textOf(row.changed_object_type), row.changed_object_id),
  prechange_data: (_, row) => row.prechange_data ?? {},
  postchange_data: (_, row) => row.postchange_data ?? {},
  is_plugin_model: () => false,
  rest_api_endpoint: (view, row) => view.engine.tables.byModel(`${row.app_label}.${row.model}`)?.path ?? null,
  app_name: (_, row) => row.app_name ?? null,
  model_name: (_, row) => row.model_name ?? null,
  model_name_plural: (_, row) => row.model_name_plural ?? null,
  description: (_, row) => row.description ?? '',
};

const dataTypes: Readonly<Record<string, string>> = {
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'boolean',
  json: 'object',
  object: 'object',
  multiselect: 'array',
  multiobject: 'array',
};

/** A field without a column of its own. */
export function computed(view: View, type: TypeTable, field: FieldSpec, row: Row): Json | undefined {
  const cable = cabling(view, type, field, row);
  if (cable !== undefined) return cable;
  if (field.name === '_depth' || field.source === 'level') {
    if (type.model !== 'ipam.prefix') return depth(view, row, field, type);
    return view.given ? 0 : prefixDepth(view.engine, row);
  }
  if ((field.name === 'utilization' || field.name.startsWith('allocated_')) && !view.counted) return undefined;
  const compute = byName[field.name];
  if (compute) return compute(view, row, field, type);
  if (type.columns[field.source]?.kind === 'CounterCacheField')
    return view.counted ? componentCount(view.engine, type, field.source, row.id) : 0;
  if (field.name.endsWith('_count')) {
    if (view.counted) return subtreeCount(view, type, field, row);
    return view.partial ? undefined : (field.default ?? undefined);
  }
  const relation = type.reverse.find((reverse) => reverse.name === field.source);
  if (field.kind === 'related-list') {
    if (!relation) return [];
    return view.engine
      .reverseIds(type.model, relation, row.id)
      .map((id) => (field.nested ? view.brief(view, relation.to, id, field.nested) : id));
  }
  if (field.kind === 'related' && relation) {
    const [id] = view.engine.reverseIds(type.model, relation, row.id);
    return view.brief(view, relation.to, id, field.nested);
  }
  return null;
}

/** Counts that include the subtree: sites of a region and its children, devices of a role and its children, … */
function subtreeCount(view: View, type: TypeTable, field: FieldSpec, row: Row): Json {
  const what = field.name.replace(/_count$/, '');
  const target = view.engine.tables.types.find((other) => other.model.endsWith(`.${what}`));
  if (!target) return 0;
  const column = Object.entries(target.columns).find(([, spec]) => spec.to === type.model)?.[0];
  if (column === undefined) return 0;
  const wanted = [row.id];
  let count = 0;
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    count += view.engine.db.table(target.model).where(column, id).size;
    if (type.tree) wanted.push(...view.engine.db.table(type.model).where('parent', id));
  }
  return count;
}

/** What the machines of a cluster use together; null when none says. */
function allocated(view: View, row: Row, column: string): Json {
  const machines = view.engine.db.table('virtualization.virtualmachine');
  const used = [...machines.where('cluster', row.id)]
    .map((id) => machines.get(id)?.[column])
    .filter((one) => typeof one === 'number');
  return used.length === 0 ? null : used.reduce((sum, one) => sum + one, 0);
}

function vlanGroupUtilization(view: View, row: Row): string {
  const total = (Array.isArray(row.vid_ranges) ? row.vid_ranges : []).reduce((sum: number, range: Json) => {
    const [low = 0, high = 0] = idsOf(range);
    return sum + high - low + 1;
  }, 0);
  const used = view.engine.db.table('ipam.vlan').where('group', row.id).size;
  const percent = Math.round((used / Math.max(total, 1)) * 10000) / 100;
  return Number.isInteger(percent) ? `${percent}.0` : String(percent);
}
