import { wrong, wrongObject } from '../write/refusal.js';
import type { CleanContext, Rule } from './rules.js';

function template({ row, before }: CleanContext): undefined {
  if (before && before.device_type !== row.device_type) {
    throw wrong('device_type', 'Component templates cannot be moved to a different device type.');
  }
}

function modular(context: CleanContext): undefined {
  const { row } = context;
  template(context);
  if (row.device_type !== null && row.module_type !== null) {
    throw wrongObject('A component template cannot be associated with both a device type and a module type.');
  }
  if (row.device_type === null && row.module_type === null) {
    throw wrongObject('A component template must be associated with either a device type or a module type.');
  }
}

function deviceBay({ engine, type, row }: CleanContext): undefined {
  const deviceType = engine.related(type, row, 'device_type');
  if (deviceType && deviceType.subdevice_role !== 'parent') {
    throw wrongObject(
      `Subdevice role of device type (${deviceType.model}) must be set to "parent" to allow device bays.`,
    );
  }
}

const modularNames = [
  'consoleport',
  'consoleserverport',
  'powerport',
  'poweroutlet',
  'interface',
  'frontport',
  'rearport',
  'modulebay',
];

export const componentTemplates: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(modularNames.map((name) => [`dcim.${name}template`, { clean: modular }])),
  'dcim.inventoryitemtemplate': { clean: template },
  'dcim.devicebaytemplate': { clean: deviceBay },
};
