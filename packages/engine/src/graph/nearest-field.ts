import type { ObjectTypeRow } from '@diode/catalogue';
import { nearestWord } from '../words/did-you-mean.js';

/** What a field was called before NetBox 4.2, and what sources go on sending. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'ipam.prefix': { site: 'scope', location: 'scope' },
  'ipam.vlangroup': { site: 'scope', location: 'scope', min_vid: 'vid_ranges', max_vid: 'vid_ranges' },
  'ipam.ipaddress': { interface: 'assigned_object' },
  'dcim.macaddress': { interface: 'assigned_object' },
  'dcim.device': { device_role: 'role', manufacturer: 'device_type' },
};

/** The field that was meant by a name the type does not have; null when none is near. */
export function nearestField(row: ObjectTypeRow, key: string): string | null {
  const renamed = RENAMED[row.name];
  if (renamed !== undefined && Object.hasOwn(renamed, key)) return renamed[key] ?? null;
  const folded = key.slice(0, LONGEST).replaceAll('-', '_');
  return nearestWord(
    folded,
    row.fields.map(({ name }) => name),
  );
}

/** No field's name is longer; a key of a hostile body may be. */
const LONGEST = 40;
