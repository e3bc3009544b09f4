import { idsOf, textOf } from '../store/row.js';
import { wrong, wrongObject } from '../write/refusal.js';
import type { CleanContext, Rule } from './rules.js';

type Range = readonly [low: number, high: number];

const rangesOf = (value: CleanContext['row'][string] | undefined): Range[] =>
  Array.isArray(value) ? value.map((range): Range => [idsOf(range)[0] ?? 0, idsOf(range)[1] ?? 0]) : [];

const inWords = (ranges: readonly Range[]): string =>
  ranges.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(',');

function vlan({ engine, type, row }: CleanContext): undefined {
  const group = engine.related(type, row, 'group');
  const site = engine.related(type, row, 'site');
  if (group && site && group.scope_type === 'dcim.site' && group.scope_id !== site.id) {
    const scope = engine.row('dcim.site', group.scope_id);
    throw wrongObject(
      `VLAN is assigned to group ${group.name} (scope: ${scope?.name}); cannot also assign to site ${site.name}.`,
    );
  }
  if (group && site && group.scope_type === 'dcim.sitegroup' && site.group !== group.scope_id) {
    const scope = engine.row('dcim.sitegroup', group.scope_id);
    throw wrongObject(
      `The assigned site ${site.name} is not a member of the assigned group ${group.name} (scope: ${scope?.name}).`,
    );
  }
  const ranges = rangesOf(group?.vid_ranges);
  const vid = Number(row.vid);
  if (group && !ranges.some(([low, high]) => low <= vid && vid <= high)) {
    throw wrong('vid', `VID must be in ranges ${inWords(ranges)} for VLANs in group ${group.name}`);
  }
  if (row.qinq_svlan !== null && row.qinq_role !== 'cvlan') {
    throw wrong('qinq_svlan', 'Only Q-in-Q customer VLANs maybe assigned to a service VLAN.');
  }
  if (row.qinq_role === 'cvlan' && row.qinq_svlan === null) {
    throw wrong('qinq_role', 'A Q-in-Q customer VLAN must be assigned to a service VLAN.');
  }
}

function group({ row }: CleanContext): undefined {
  if (row.scope_type && !row.scope_id) throw wrongObject('Cannot set scope_type without scope_id.');
  if (row.scope_id && !row.scope_type) throw wrongObject('Cannot set scope_id without scope_type.');
  const ranges = rangesOf(row.vid_ranges);
  for (const [low, high] of ranges) {
    if (low < 1) throw wrong('vid_ranges', `Starting VLAN ID in range (${low}) cannot be less than 1`);
    if (high > 4094) throw wrong('vid_ranges', `Ending VLAN ID in range (${high}) cannot exceed 4094`);
    if (low > high)
      throw wrong(
        'vid_ranges',
        `Ending VLAN ID in range must be greater than or equal to the starting VLAN ID (${low}-${high})`,
      );
  }
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  if (sorted.some(([low], index) => index > 0 && low <= (sorted[index - 1]?.[1] ?? 0)))
    throw wrong('vid_ranges', 'Ranges cannot overlap.');
}

function asnRange({ row }: CleanContext): undefined {
  if (Number(row.end) <= Number(row.start)) {
    throw wrongObject(`Starting ASN (${row.start}) must be lower than ending ASN (${row.end}).`);
  }
}

function protocolPorts({ row }: CleanContext): undefined {
  const bad = idsOf(row.ports).find((port) => port < 1 || port > 65535);
  if (bad !== undefined) throw wrong('ports', textOf(`Item ${bad} in the array did not validate`));
}

export const vlanRules: Readonly<Record<string, Rule>> = {
  'ipam.vlan': { clean: vlan },
  'ipam.vlangroup': { clean: group },
  'ipam.asnrange': { clean: asnRange },
  'ipam.service': { clean: protocolPorts },
};
