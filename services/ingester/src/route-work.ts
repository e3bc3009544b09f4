import { type ObjectTypeRow, objectType } from '@diode/catalogue';
import type { Policy } from '@diode/engine';
import { type Channel, isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';

const MAX_KNOWN = 1_000;
const FNV_PRIME = 0x01000193;

/** Who works on an entity, and after whom. */
export interface WorkRoute {
  readonly partition: number;
  /** Signed 64-bit as decimal: Postgres bigint. */
  readonly orderingKey: string;
}

/**
 * Routes by the containment root (DESIGN "Under load"): a device and its interfaces share a partition, an address goes by VRF and host. The
 * key is taken from what was asserted, before the policy changes it: two spellings of one name may land in two partitions, which costs order
 * between those two sources, never correctness (claims and creates exclude each other in Postgres).
 */
export function makeWorkRouter(o: {
  policy: Policy;
  partitions: number;
}): (e: { objectType: string; data: JsonObject; source: string; channel: Channel }) => WorkRoute {
  const known = new Map<string, readonly string[]>();
  const namesOf = (row: ObjectTypeRow, where: { source: string; channel: Channel }): readonly string[] => {
    const key = `${row.name}|${where.channel}|${where.source}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    // Sources are the clients' words: a flood of new ones must not grow this for ever.
    if (known.size >= MAX_KNOWN) known.clear();
    const names = labelNames(row, o.policy, where);
    known.set(key, names);
    return names;
  };
  return (e) => {
    const row = objectType(e.objectType);
    const names = row ? namesOf(row, e) : ['name'];
    const own = `${e.objectType}|${row ? ownKey(row, names, e.data) : JSON.stringify(e.data)}`;
    const root = (row && rootKey(row, names, e.data, 0)) ?? own;
    return { partition: spread(root) % o.partitions, orderingKey: String(spread(own)) };
  };
}

/** The label field and every name the policy maps to it (`hostname` → `name`). */
function labelNames(
  row: ObjectTypeRow,
  policy: Policy,
  where: { source: string; channel: Channel },
): readonly string[] {
  const mappings = policy.typePolicy(row.name, where).mappings.filter((m) => m.to === row.labelField);
  return [row.labelField, ...mappings.map((m) => m.from.join('.'))];
}

/** What tells this object from others of its type, as far as the assertion says. */
function ownKey(row: ObjectTypeRow, names: readonly string[], data: JsonObject): string {
  const label = first(names, data);
  const parents = row.containment.map((field) => text(data[field]) ?? '').join('|');
  if (label === null) return JSON.stringify(data);
  return row.name === 'ipam.ipaddress' ? addressKey(data, label) : `${fold(label)}|${parents}`;
}

function rootKey(row: ObjectTypeRow, names: readonly string[], data: JsonObject, depth: number): string | null {
  if (row.name === 'ipam.ipaddress') {
    const label = first(names, data);
    return label === null ? null : `ip|${addressKey(data, label)}`;
  }
  const parentField = row.containment.find((field) => isDeviceLike(row, field) && data[field] !== undefined);
  if (parentField !== undefined && depth < 4) {
    const name = text(data[parentField]);
    if (name !== null) return `device|${name}`;
  }
  const label = first(names, data);
  if (row.name === 'dcim.device') return label === null ? null : `device|${fold(label)}`;
  return null;
}

function isDeviceLike(row: ObjectTypeRow, field: string): boolean {
  return field === 'device' && row.fields.some((f) => f.name === 'device' && f.to?.includes('dcim.device') === true);
}

/** VRF and host without mask: two masks of one host are one place of work. */
function addressKey(data: JsonObject, label: string): string {
  return `${text(data.vrf) ?? ''}|${fold(label.split('/')[0] ?? label)}`;
}

function first(names: readonly string[], data: JsonObject): string | null {
  for (const name of names) {
    const found = text(data[name]);
    if (found !== null) return found;
  }
  return null;
}

/** A reference or scalar as one folded string: its name, slug, model or address. */
function text(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return fold(value);
  if (typeof value === 'number') return String(value);
  if (isJsonObject(value))
    return text(value.name ?? value.model ?? value.address ?? value.prefix ?? value.slug ?? value.vid ?? value.id);
  return null;
}

function fold(value: string): string {
  return value.trim().toLowerCase();
}

/**
 * 53 well-spread bits of a text, as a safe integer: two lanes of 32-bit FNV-1a, the second stirred. Two objects that meet in one key only take turns, so nothing
 * cryptographic is needed here; SHA-1 cost a twentieth of a whole ingest.
 */
function spread(text: string): number {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, FNV_PRIME);
    high = Math.imul(high ^ unit ^ (high >>> 15), FNV_PRIME);
  }
  low ^= low >>> 16;
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
