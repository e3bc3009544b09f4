import type { Engine } from '../engine.js';
import { type Row, textOf } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';

type Say = (engine: Engine, row: Row, type: TypeTable) => string;

const choiceLabel = (engine: Engine, type: TypeTable, row: Row, column: string): string => {
  const choice = engine.tables.field(type, column)?.choices?.find(([value]) => value === row[column]);
  return choice ? String(choice[1]) : String(row[column] ?? '');
};
const labelled = (_: Engine, row: Row): string => (row.label ? `${row.name} (${row.label})` : textOf(row.name));

/** `[22, 80, 81]` → `22, 80-81`, as NetBox lists ports. */
function ranges(value: Json | undefined): string {
  const numbers = Array.isArray(value) ? value.map(Number).sort((a: number, b: number) => a - b) : [];
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; i += 1) {
    const first = numbers[i];
    while (numbers[i + 1] === (numbers[i] ?? 0) + 1) i += 1;
    parts.push(first === numbers[i] ? `${first}` : `${first}-${numbers[i]}`);
  }
  return parts.join(', ');
}

function device(engine: Engine, row: Row, type: TypeTable): string {
  const chassis = engine.related(type, row, 'virtual_chassis');
  const label = textOf(row.name) || (chassis ? `${chassis.name}:${row.vc_position}` : '');
  if (label) return row.asset_tag ? `${label} (${row.asset_tag})` : label;
  const deviceType = engine.related(type, row, 'device_type');
  const maker = engine.row('dcim.manufacturer', deviceType?.manufacturer);
  return `${maker?.name} ${deviceType?.model} (${row.asset_tag || row.id})`;
}

function range(_: Engine, row: Row): string {
  const [start, end] = [textOf(row.start_address), textOf(row.end_address)];
  const [low = '', mask = ''] = start.split('/');
  const high = end.split('/')[0] ?? '';
  const separator = low.includes(':') ? ':' : '.';
  const lowParts = low.split(separator);
  const highParts = high.split(separator);
  let same = 0;
  while (same < lowParts.length && lowParts[same] === highParts[same]) same += 1;
  return low.includes(':') || same === 0
    ? `${low}-${high}/${mask}`
    : `${low}-${highParts.slice(same).join('.')}/${mask}`;
}

/** Types whose name in lists is not simply their `name` (Django's `__str__`). */
const special: Readonly<Record<string, Say>> = {
  'dcim.devicetype': (_, row) => textOf(row.model),
  'dcim.moduletype': (_, row) => textOf(row.model),
  'dcim.racktype': (_, row) => textOf(row.model),
  'dcim.device': device,
  'dcim.rack': (_, row) => (row.facility_id ? `${row.name} (${row.facility_id})` : textOf(row.name)),
  'dcim.macaddress': (_, row) => textOf(row.mac_address),
  'dcim.cable': (_, row) => textOf(row.label) || `#${row.id}`,
  'dcim.module': (engine, row, type) => {
    const bay = engine.related(type, row, 'module_bay');
    return `${bay?.name}: ${engine.related(type, row, 'module_type')?.model} (${row.id})`;
  },
  'dcim.rackreservation': (engine, row, type) => `Reservation for rack ${engine.related(type, row, 'rack')?.name}`,
  'ipam.asn': (_, row) => {
    const asn = Number(row.asn);
    return asn > 65535 ? `AS${asn} (${Math.floor(asn / 65536)}.${asn % 65536})` : `AS${asn}`;
  },
  'ipam.asnrange': (_, row) => `${row.name} (${row.start}-${row.end})`,
  'ipam.aggregate': (_, row) => textOf(row.prefix),
  'ipam.prefix': (_, row) => textOf(row.prefix),
  'ipam.ipaddress': (_, row) => textOf(row.address),
  'ipam.iprange': range,
  'ipam.vrf': (_, row) => (row.rd ? `${row.name} (${row.rd})` : textOf(row.name)),
  'ipam.vlan': (_, row) => `${row.name} (${row.vid})`,
  'ipam.fhrpgroup': (engine, row, type) =>
    `${row.name ? `${row.name} ` : ''}${choiceLabel(engine, type, row, 'protocol')}: ${row.group_id}`,
  'ipam.service': (engine, row, type) =>
    `${row.name} (${choiceLabel(engine, type, row, 'protocol')}/${ranges(row.ports)})`,
  'ipam.servicetemplate': (engine, row, type) =>
    `${row.name} (${choiceLabel(engine, type, row, 'protocol')}/${ranges(row.ports)})`,
  'circuits.circuit': (_, row) => textOf(row.cid),
  'circuits.virtualcircuit': (_, row) => textOf(row.cid),
  'circuits.provideraccount': (_, row) => (row.name ? `${row.account} (${row.name})` : textOf(row.account)),
  'circuits.circuittermination': (engine, row, type) =>
    `${engine.related(type, row, 'circuit')?.cid}: Termination ${row.term_side}`,
  'tenancy.contactassignment': (engine, row, type) => {
    const target = engine.tables.byModel(textOf(row.object_type));
    const object = engine.row(textOf(row.object_type), row.object_id);
    const priority = row.priority ? ` (${choiceLabel(engine, type, row, 'priority')})` : '';
    const name = target && object ? displayOf(engine, target, object) : 'None';
    return `${engine.related(type, row, 'contact')?.name}${priority} -> ${name}`;
  },
  'extras.journalentry': (engine, row, type) =>
    `${textOf(row.created).slice(0, 16).replace('T', ' ')} (${choiceLabel(engine, type, row, 'kind')})`,
  'wireless.wirelesslan': (_, row) => textOf(row.ssid),
  'wireless.wirelesslink': (_, row) => textOf(row.ssid) || `#${row.id}`,
  'vpn.l2vpn': (_, row) => (row.identifier ? `${row.name} (${row.identifier})` : textOf(row.name)),
  'extras.customfield': (_, row) => {
    const words = textOf(row.name).replaceAll('_', ' ');
    return textOf(row.label) || `${words.slice(0, 1).toUpperCase()}${words.slice(1).toLowerCase()}`;
  },
  'core.objectchange': (engine, row) => {
    const type = engine.tables.byModel(textOf(row.changed_object_type));
    const verb = { create: 'created', update: 'updated', delete: 'deleted' }[textOf(row.action)] ?? '';
    return `${type?.appVerbose} | ${type?.verbose} ${row.object_repr} ${verb} by ${row.user_name}`;
  },
  'core.objecttype': (_, row) => `${row.app_name} > ${capitalised(textOf(row.model_name))}`,
  'users.user': (_, row) => textOf(row.username),
  'users.token': (_, row) => `**********************************${textOf(row.key).slice(-6)}`,
};

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The object's name in lists, messages and `display`. */
export function displayOf(engine: Engine, type: TypeTable, row: Row): string {
  const say = special[type.model];
  if (say) return say(engine, row, type);
  if (type.columns.name && type.columns.label) return labelled(engine, row);
  return type.columns.name ? textOf(row.name) : `${capitalised(type.verbose)} object (${row.id})`;
}
