import { OBJECT_TYPES, type ObjectTypeName } from '@diode/catalogue';
import type { CreateDefaults, Origin } from '@diode/engine';
import { typeNamed } from '../schema/collection.js';
import type { ReconcilerFile } from '../schema/reconciler.js';

/** Where what no file says comes from. */
export const BUILT_IN: Origin = { file: 'built in', line: 0, key: '' };

/** Names vendors go by at the start of a device type. */
export const COMMON_MANUFACTURERS: readonly string[] = [
  'A10 Networks',
  'Adtran',
  'Alcatel-Lucent',
  'Allied Telesis',
  'APC',
  'Arista',
  'Aruba',
  'Avaya',
  'Avocent',
  'Barracuda',
  'Brocade',
  'Calix',
  'Cambium',
  'Check Point',
  'Ciena',
  'Cisco',
  'Citrix',
  'Cumulus',
  'D-Link',
  'Dell',
  'Dell EMC',
  'Digi',
  'Eaton',
  'Edgecore',
  'Ericsson',
  'Extreme',
  'F5',
  'FS',
  'Force10',
  'Fortinet',
  'Fujitsu',
  'Gigamon',
  'H3C',
  'HP',
  'HPE',
  'Huawei',
  'IBM',
  'Infinera',
  'Intel',
  'Juniper',
  'Lenovo',
  'Mellanox',
  'Meraki',
  'MikroTik',
  'Moxa',
  'NEC',
  'NetApp',
  'Netgear',
  'Nokia',
  'NVIDIA',
  'Opengear',
  'Palo Alto',
  'Palo Alto Networks',
  'Panduit',
  'Peplink',
  'Pure Storage',
  'QNAP',
  'Raritan',
  'Riverbed',
  'Ruckus',
  'Ruijie',
  'Schneider Electric',
  'Server Technology',
  'Siemens',
  'Silver Peak',
  'SonicWall',
  'Sophos',
  'Supermicro',
  'Synology',
  'TP-Link',
  'Ubiquiti',
  'Vertiv',
  'VMware',
  'WatchGuard',
  'Zebra',
  'ZTE',
  'Zyxel',
];

export function createDefaults(file: ReconcilerFile): CreateDefaults {
  const written = file.defaults?.value;
  return {
    role: written?.role ?? 'Unknown',
    manufacturer: written?.manufacturer ?? 'Unknown',
    manufacturers: written?.manufacturers ?? COMMON_MANUFACTURERS,
    interfaceName: written?.interface?.name ?? 'mgmt0',
    interfaceType: written?.interface?.type ?? 'other',
    origin: file.defaults?.origin ?? BUILT_IN,
  };
}

/** Built in: all of the catalogue but custom fields and their choices, which are declared, not referred to. */
const NOT_BY_REFERENCE: readonly ObjectTypeName[] = ['extras.customfield', 'extras.customfieldchoiceset'];

/** Types that may be made because something refers to them. */
export function creatableTypes(file: ReconcilerFile): ReadonlySet<ObjectTypeName> {
  const named = file.create?.value;
  if (named !== undefined)
    return new Set(named.map((name) => typeNamed(name)?.name).filter((name) => name !== undefined));
  return new Set(OBJECT_TYPES.map((row) => row.name).filter((name) => !NOT_BY_REFERENCE.includes(name)));
}
