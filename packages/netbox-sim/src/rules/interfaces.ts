import type { Engine } from '../engine.js';
import { displayOf } from '../represent/display.js';
import { idsOf, type Row, textOf } from '../store/row.js';
import type { Json } from '../tables/table-shapes.js';
import { type FieldErrors, wrong } from '../write/refusal.js';
import type { CleanContext, Rule, SerializerContext } from './rules.js';

const virtualTypes = new Set<Json>(['virtual', 'bridge', 'lag']);
export const isWireless = (type: Json | undefined): boolean =>
  textOf(type).startsWith('ieee802.11') ||
  type === 'other-wireless' ||
  type === 'ieee802.15.1' ||
  type === 'ieee802.15.4';

const vlanName = (vlan: Row): string => `${vlan.name} (${vlan.vid})`;

/** REST's own check of 802.1Q mode against VLANs, before the model's. */
function modes({ engine, attrs, before }: SerializerContext): FieldErrors {
  const value = (column: string): Json => (column in attrs ? (attrs[column] ?? null) : (before?.[column] ?? null));
  const errors: FieldErrors = {};
  const mode = value('mode');
  const tagged = idsOf(value('tagged_vlans'));
  if (mode !== 'q-in-q' && value('qinq_svlan') !== null)
    errors.qinq_svlan = ['Interface mode does not support q-in-q service vlan'];
  if (!mode) {
    if (value('untagged_vlan') !== null) errors.untagged_vlan = ['Interface mode does not support untagged vlan'];
    if (tagged.length > 0) errors.tagged_vlans = ['Interface mode does not support tagged vlans'];
  } else if ((mode === 'tagged-all' || mode === 'access') && tagged.length > 0) {
    errors.tagged_vlans = ['Interface mode does not support tagged vlans'];
  }
  if (Object.keys(errors).length > 0) return errors;
  const site = siteOf(engine, before?.device ?? attrs.device);
  for (const id of 'tagged_vlans' in attrs ? tagged : []) {
    const vlan = engine.row('ipam.vlan', id);
    if (vlan && vlan.site !== null && vlan.site !== site) {
      return {
        tagged_vlans: [
          `VLAN ${vlanName(vlan)} must belong to the same site as the interface's parent device, or it must be global.`,
        ],
      };
    }
  }
  return {};
}

const siteOf = (engine: Engine, device: Json | undefined): Json => engine.row('dcim.device', device)?.site ?? null;

/** `ComponentModel.clean`: a component never changes its device. */
export function component({ row, before }: CleanContext): undefined {
  if (before && before.device !== row.device)
    throw wrong('device', 'Components cannot be moved to a different device.');
}

function port(context: CleanContext): undefined {
  const { engine, row, before } = context;
  checkRadioAndPower(row);
  if (row.qinq_svlan !== null && row.mode !== 'q-in-q')
    throw wrong('qinq_svlan', 'Only Q-in-Q interfaces may specify a service VLAN.');
  checkPrimaryMac(context);
  component(context);
  const label = typeLabel(context);
  if (virtualTypes.has(row.type ?? null) && row.cable !== null)
    throw wrong('type', `${label} interfaces cannot have a cable attached.`);
  if (virtualTypes.has(row.type ?? null) && row.mark_connected === true) {
    throw wrong('mark_connected', `${label} interfaces cannot be marked as connected.`);
  }
  if (before && row.parent === row.id) throw wrong('parent', 'An interface cannot be its own parent.');
  if (row.type !== 'virtual' && row.parent !== null)
    throw wrong('parent', 'Only virtual interfaces may be assigned to a parent interface.');
  sameDevice(context, 'parent', 'parent interface', '');
  sameDevice(context, 'bridge', 'bridge interface', '.');
  if (row.type === 'virtual' && row.lag !== null)
    throw wrong('lag', 'Virtual interfaces cannot have a parent LAG interface.');
  if (before && row.lag === row.id) throw wrong('lag', 'A LAG interface cannot be its own parent.');
  sameDevice(context, 'lag', 'LAG interface', '.');
  if (row.rf_channel && !isWireless(row.type))
    throw wrong('rf_channel', 'Channel may be set only on wireless interfaces.');
  const vlan = engine.row('ipam.vlan', row.untagged_vlan);
  if (vlan && vlan.site !== null && vlan.site !== siteOf(engine, row.device)) {
    throw wrong(
      'untagged_vlan',
      `The untagged VLAN (${vlanName(vlan)}) must belong to the same site as the interface's parent device, or it must be global.`,
    );
  }
}

function checkRadioAndPower(row: Row): void {
  if (row.id !== 0 && row.bridge === row.id) throw wrong('bridge', 'An interface cannot be bridged to itself.');
  const virtual = virtualTypes.has(row.type ?? null);
  if (row.poe_mode && virtual) throw wrong('poe_mode', 'Virtual interfaces cannot have a PoE mode.');
  if (row.poe_type && virtual) throw wrong('poe_type', 'Virtual interfaces cannot have a PoE type.');
  if (row.poe_type && !row.poe_mode) throw wrong('poe_type', 'Must specify PoE mode when designating a PoE type.');
  if (row.rf_role && !isWireless(row.type))
    throw wrong('rf_role', 'Wireless role may be set only on wireless interfaces.');
}

export function checkPrimaryMac({ engine, type, row }: CleanContext): void {
  const mac = engine.row('dcim.macaddress', row.primary_mac_address);
  if (!mac || mac.assigned_object_id === null) return;
  if (mac.assigned_object_type === type.model && mac.assigned_object_id === row.id) return;
  const model = textOf(mac.assigned_object_type);
  const other = engine.row(model, mac.assigned_object_id);
  const name = other ? displayOf(engine, engine.tables.require(model), other) : 'None';
  throw wrong('primary_mac_address', `MAC address ${mac.mac_address} is assigned to a different interface (${name}).`);
}

const typeLabel = ({ engine, type, row }: CleanContext): string =>
  engine.tables.field(type, 'type')?.choices?.find(([value]) => value === row.type)?.[1] ?? textOf(row.type);

function sameDevice({ engine, type, row }: CleanContext, column: string, words: string, stop: string): void {
  const other = engine.related(type, row, column);
  if (!other || other.device === row.device) return;
  const deviceType = engine.tables.require('dcim.device');
  const [own, theirs] = [engine.row('dcim.device', row.device), engine.row('dcim.device', other.device)];
  const chassis = engine.row('dcim.virtualchassis', own?.virtual_chassis);
  const theirName = theirs ? displayOf(engine, deviceType, theirs) : 'None';
  const name = displayOf(engine, type, other);
  if (!chassis)
    throw wrong(column, `The selected ${words} (${name}) belongs to a different device (${theirName})${stop}`);
  if (theirs?.virtual_chassis !== chassis.id) {
    throw wrong(
      column,
      `The selected ${words} (${name}) belongs to ${theirName}, which is not part of virtual chassis ${chassis.name}.`,
    );
  }
}

const components = [
  'consoleport',
  'consoleserverport',
  'powerport',
  'poweroutlet',
  'frontport',
  'rearport',
  'modulebay',
  'devicebay',
];

export const interfaceRules: Readonly<Record<string, Rule>> = {
  'dcim.interface': { serializer: modes, clean: port },
  ...Object.fromEntries(components.map((name) => [`dcim.${name}`, { clean: component }])),
};
