import type { JsonValue } from '@diode/protocol';
import ipaddr from 'ipaddr.js';

/** An IPv4 address as 32 bits, or an IPv6 address as ipaddr.js has it. */
type Address = { readonly v4: number } | { readonly v6: ipaddr.IPv6 };
interface Network {
  readonly address: Address;
  /** Bits of the mask. */
  readonly length: number;
}

/** RFC 1918 and RFC 4193. */
const PRIVATE = networks(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']);

/** READING "Conflict files": not private, not the documentation ranges. */
const RESERVED = networks(['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8', '::/128', '::1/128']);

/** Does the address, or the whole of the prefix, lie in private space? Text that is neither is not private. */
export function isPrivateAddress(value: JsonValue, kind: 'ip_address' | 'ip_prefix'): boolean {
  return liesIn(value, kind, PRIVATE);
}

/** Does the address, or the whole of the prefix, lie in reserved space (0/8, 127/8, multicast, 240/4, `::`, `::1`)? */
export function isReservedAddress(value: JsonValue, kind: 'ip_address' | 'ip_prefix'): boolean {
  return liesIn(value, kind, RESERVED);
}

/** The family of an address with or without a mask, or null when it is none. */
export function addressFamily(value: JsonValue): 4 | 6 | null {
  const read = readNetwork(value);
  if (read === null) return null;
  return 'v4' in read.address ? 4 : 6;
}

function networks(cidrs: readonly string[]): readonly Network[] {
  return cidrs.map(readNetwork).filter((network) => network !== null);
}

function liesIn(value: JsonValue, kind: 'ip_address' | 'ip_prefix', ranges: readonly Network[]): boolean {
  const read = readNetwork(value);
  if (read === null) return false;
  const { address, length } = unmapped(read);
  // The mask of a host says which network it is in, not how much of it is meant.
  const meant = kind === 'ip_prefix' ? length : 'v4' in address ? 32 : 128;
  return ranges.some((range) => meant >= range.length && contains(range, address));
}

function contains({ address: base, length }: Network, address: Address): boolean {
  if ('v4' in base) return 'v4' in address && (length === 0 || (base.v4 ^ address.v4) >>> (32 - length) === 0);
  return 'v6' in address && address.v6.match(base.v6, length);
}

/** `::ffff:127.0.0.1` is 127.0.0.1. */
function unmapped(network: Network): Network {
  const { address, length } = network;
  if ('v4' in address || !address.v6.isIPv4MappedAddress() || length < 96) return network;
  return { address: { v4: readV4(address.v6.toIPv4Address().toString()) ?? 0 }, length: length - 96 };
}

function readNetwork(value: JsonValue): Network | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  const text = value.trim();
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const address = readAddress(host);
  if (address === null) return null;
  const bits = 'v4' in address ? 32 : 128;
  if (slash < 0) return { address, length: bits };
  const mask = text.slice(slash + 1);
  return /^\d{1,3}$/.test(mask) && Number(mask) <= bits ? { address, length: Number(mask) } : null;
}

function readAddress(host: string): Address | null {
  const v4 = readV4(host);
  if (v4 !== null) return { v4 };
  // No zone: NetBox has no place for `fe80::1%eth0`.
  return host.includes(':') && !host.includes('%') && ipaddr.IPv6.isValid(host)
    ? { v6: ipaddr.IPv6.parse(host) }
    : null;
}

/** Four decimal parts only: `10.1` and `0x7f.1` are addresses to a C library, not to NetBox. */
function readV4(host: string): number | null {
  let address = 0;
  let part = -1;
  let dots = 0;
  for (let index = 0; index < host.length; index += 1) {
    const code = host.charCodeAt(index);
    if (code === 46) {
      if (part < 0 || dots === 3) return null;
      address = address * 256 + part;
      part = -1;
      dots += 1;
    } else if (code >= 48 && code <= 57) {
      part = Math.max(part, 0) * 10 + code - 48;
      if (part > 255) return null;
    } else return null;
  }
  return dots === 3 && part >= 0 ? address * 256 + part : null;
}
