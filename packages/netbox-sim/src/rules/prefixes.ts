import { cidrOf, compareNetworks, containedIn, formatNetwork, parseNetwork } from '../network/address.js';
import { displayOf } from '../represent/display.js';
import { type Row, textOf } from '../store/row.js';
import { wrong, wrongObject } from '../write/refusal.js';
import type { CleanContext, Rule } from './rules.js';

/** NetBox refuses host bits rather than dropping them, and says what it would have taken. */
const hostBits = {
  column: 'prefix',
  test: (_: unknown, row: Row): string | null => {
    const network = parseNetwork(textOf(row.prefix));
    if (!network || cidrOf(network).value === network.value) return null;
    return `${formatNetwork(network)} is not a valid prefix. Did you mean ${formatNetwork(cidrOf(network))}?`;
  },
};

/** The words for where an address or prefix must be unique; null where it need not be (ENFORCE_GLOBAL_UNIQUE is on by default). */
export function uniqueIn({ engine, row }: CleanContext): string | null {
  const vrf = engine.row('ipam.vrf', row.vrf);
  if (!vrf) return 'global table';
  return vrf.enforce_unique === true ? `VRF ${displayOf(engine, engine.tables.require('ipam.vrf'), vrf)}` : null;
}

function prefix(context: CleanContext): undefined {
  const { engine, type, row } = context;
  const text = textOf(row.prefix);
  if (parseNetwork(text)?.length === 0) throw wrong('prefix', 'Cannot create prefix with /0 mask.');
  const table = uniqueIn(context);
  if (table === null) return;
  for (const id of engine.db.table(type.model).where('prefix', text)) {
    const other = engine.row(type.model, id);
    if (other && other.id !== row.id && (other.vrf ?? null) === (row.vrf ?? null)) {
      throw wrong('prefix', `Duplicate prefix found in ${table}: ${other.prefix}`);
    }
  }
}

function aggregate({ engine, type, row }: CleanContext): undefined {
  const text = textOf(row.prefix);
  const network = parseNetwork(text);
  if (!network) return;
  if (network.length === 0) throw wrong('prefix', 'Cannot create aggregate with /0 mask.');
  for (const other of engine.db.table(type.model).rows()) {
    const held = parseNetwork(textOf(other.prefix));
    if (!held || other.id === row.id) continue;
    if (containedIn(network, held)) {
      throw wrong(
        'prefix',
        `Aggregates cannot overlap. ${text} is already covered by an existing aggregate (${other.prefix}).`,
      );
    }
    if (containedIn(held, network)) {
      throw wrong(
        'prefix',
        `Prefixes cannot overlap aggregates. ${text} covers an existing aggregate (${other.prefix}).`,
      );
    }
  }
}

function range({ engine, type, row }: CleanContext): undefined {
  const [start, end] = [parseNetwork(textOf(row.start_address)), parseNetwork(textOf(row.end_address))];
  if (!start || !end) return;
  if (start.family !== end.family) throw wrong('end_address', 'Starting and ending IP address versions must match');
  if (start.length !== end.length) throw wrong('end_address', 'Starting and ending IP address masks must match');
  if (compareNetworks(end, start) <= 0) {
    throw wrong('end_address', `Ending address must be greater than the starting address (${row.start_address})`);
  }
  for (const other of engine.db.table(type.model).rows()) {
    const [low, high] = [parseNetwork(textOf(other.start_address)), parseNetwork(textOf(other.end_address))];
    if (
      !low ||
      !high ||
      other.id === row.id ||
      (other.vrf ?? null) !== (row.vrf ?? null) ||
      low.family !== start.family
    )
      continue;
    if (low.value <= end.value && start.value <= high.value) {
      const vrf = engine.row('ipam.vrf', row.vrf);
      const where = vrf ? displayOf(engine, engine.tables.require('ipam.vrf'), vrf) : 'None';
      throw wrongObject(`Defined addresses overlap with range ${displayOf(engine, type, other)} in VRF ${where}`);
    }
  }
}

export const prefixRules: Readonly<Record<string, Rule>> = {
  'ipam.prefix': { columns: [hostBits], clean: prefix },
  'ipam.aggregate': { columns: [hostBits], clean: aggregate },
  'ipam.iprange': { clean: range },
};
