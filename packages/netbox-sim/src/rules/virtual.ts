import { familyOf } from '../network/address.js';
import { textOf } from '../store/row.js';
import { wrong } from '../write/refusal.js';
import { checkPrimaryMac } from './interfaces.js';
import type { CleanContext, Rule } from './rules.js';

function machine({ engine, type, row }: CleanContext): undefined {
  const [cluster, site] = [engine.related(type, row, 'cluster'), engine.related(type, row, 'site')];
  if (!cluster && !site) throw wrong('cluster', 'A virtual machine must be assigned to a site and/or cluster.');
  if (cluster && site && cluster._site && cluster._site !== site.id) {
    throw wrong('cluster', `The selected cluster (${cluster.name}) is not assigned to this site (${site.name}).`);
  }
  const host = engine.related(type, row, 'device');
  if (host && !cluster) throw wrong('device', 'Must specify a cluster when assigning a host device.');
  if (host && host.cluster !== cluster?.id) {
    throw wrong('device', `The selected device (${host.name}) is not assigned to this cluster (${cluster?.name}).`);
  }
  for (const family of [4, 6]) {
    const ip = engine.row('ipam.ipaddress', row[`primary_ip${family}`]);
    if (!ip) continue;
    const actual = familyOf(textOf(ip.address));
    if (actual !== family) {
      throw wrong(
        `primary_ip${family}`,
        `Must be an IPv${family} address. (${ip.address} is an IPv${actual} address.)`,
      );
    }
    const port =
      ip.assigned_object_type === 'virtualization.vminterface'
        ? engine.row('virtualization.vminterface', ip.assigned_object_id)
        : undefined;
    if (port?.virtual_machine !== row.id) {
      throw wrong(`primary_ip${family}`, `The specified IP address (${ip.address}) is not assigned to this VM.`);
    }
  }
}

function port(context: CleanContext): undefined {
  const { engine, type, row } = context;
  checkPrimaryMac(context);
  const machineName = (id: CleanContext['row'][string] | undefined): string =>
    textOf(engine.row('virtualization.virtualmachine', id)?.name);
  for (const column of ['parent', 'bridge']) {
    const other = engine.related(type, row, column);
    if (other && other.virtual_machine !== row.virtual_machine) {
      throw wrong(
        column,
        `The selected ${column} interface (${other.name}) belongs to a different virtual machine (${machineName(other.virtual_machine)}).`,
      );
    }
  }
}

export const virtualRules: Readonly<Record<string, Rule>> = {
  'virtualization.virtualmachine': { clean: machine },
  'virtualization.vminterface': { clean: port },
};
