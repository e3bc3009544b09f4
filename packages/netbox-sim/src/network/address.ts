import { isIPv4, isIPv6 } from 'node:net';

/** An address with its mask, as Postgres' inet and Python's netaddr hold it. */
export interface Network {
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly length: number;
}

const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);
const cache = new Map<string, Network | null>();
const cacheLimit = 50_000;

/** Parses `10.0.0.1`, `10.0.0.1/24`, `10.0.0.1/255.255.255.0`, `2001:db8::1/64`; null when it is none of these. */
export function parseNetwork(text: string): Network | null {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parse(text.trim());
  if (cache.size >= cacheLimit) cache.clear();
  cache.set(text, parsed);
  return parsed;
}

function parse(text: string): Network | null {
  const [host = '', mask, ...rest] = text.split('/');
  if (rest.length > 0) return null;
  const family = isIPv4(host) ? 4 : isIPv6(host) && !host.includes('%') ? 6 : null;
  if (family === null) return null;
  const bits = bitsOf(family);
  const length = mask === undefined ? bits : maskLength(mask, family);
  if (length === null || length > bits) return null;
  return { family, value: family === 4 ? value4(host) : value6(host), length };
}

function maskLength(mask: string, family: 4 | 6): number | null {
  if (/^\d{1,3}$/.test(mask)) return Number(mask);
  if (family !== 4 || !isIPv4(mask)) return null;
  const bits = value4(mask).toString(2).padStart(32, '0');
  return /^1*0*$/.test(bits) ? bits.replace(/0/g, '').length : null;
}

const value4 = (host: string): bigint => host.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);

function value6(host: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(host);
  const low = dotted ? value4(dotted[2] ?? '') : 0n;
  const text = dotted ? `${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}` : host;
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...gap, ...after].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
}

/** The host as Postgres and netaddr write it: IPv6 compressed and in lower case. */
export function formatHost({ family, value }: Network): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  if (value >> 32n === 0xffffn) return `::ffff:${formatHost({ family: 4, value: value & 0xffffffffn, length: 32 })}`;
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return run.length < 2
    ? hex(groups)
    : `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i += 1) {
    let end = i;
    while (groups[end] === 0) end += 1;
    if (end - i > best.length) best = { start: i, length: end - i };
    i = Math.max(i, end);
  }
  return best;
}

export const formatNetwork = (network: Network): string => `${formatHost(network)}/${network.length}`;

/** The network an address lies in: its host bits cleared. */
export function cidrOf(network: Network): Network {
  const host = BigInt(bitsOf(network.family) - network.length);
  return { ...network, value: (network.value >> host) << host };
}

/** The highest address of the network. */
export function lastOf(network: Network): bigint {
  const host = BigInt(bitsOf(network.family) - network.length);
  return cidrOf(network).value | ((1n << host) - 1n);
}

/** Whether `inner`'s address lies in `outer` (and, for networks, no wider than it). */
export const containedIn = (inner: Network, outer: Network): boolean =>
  inner.family === outer.family &&
  inner.length >= outer.length &&
  cidrOf({ ...inner, length: outer.length }).value === cidrOf(outer).value;

export const familyOf = (text: string): number => (text.includes(':') ? 6 : 4);

/** Postgres' order of inet values: family, network bits, mask length, host. */
export function compareNetworks(left: Network, right: Network): number {
  if (left.family !== right.family) return left.family - right.family;
  const common = Math.min(left.length, right.length);
  const [a, b] = [cidrOf({ ...left, length: common }).value, cidrOf({ ...right, length: common }).value];
  if (a !== b) return a < b ? -1 : 1;
  if (left.length !== right.length) return left.length - right.length;
  return left.value === right.value ? 0 : left.value < right.value ? -1 : 1;
}

/** A MAC address in NetBox's form, `AA:BB:CC:00:00:01`; null when the text is none. */
export function normaliseMac(text: string): string | null {
  const bare = text.replaceAll(' ', '');
  if (
    !/^([0-9a-f]{12}|([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}|([0-9a-f]{1,4}\.){2}[0-9a-f]{1,4}|[0-9a-f]{6}[-:][0-9a-f]{6})$/i.test(
      bare,
    )
  ) {
    return null;
  }
  const width = { 12: 12, 6: 2, 3: 4, 2: 6 }[/[:.-]/.test(bare) ? bare.split(/[:.-]/).length : 12] ?? 2;
  const digits = bare
    .split(/[:.-]/)
    .map((part) => part.padStart(width, '0'))
    .join('');
  return (digits.match(/../g) ?? []).join(':').toUpperCase();
}
