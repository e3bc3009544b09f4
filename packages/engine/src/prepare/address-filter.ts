import type { JsonValue } from '@diode/protocol';
import ipaddr from 'ipaddr.js';

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, length: number];

const range = (cidr: string): Range => ipaddr.parseCIDR(cidr);

/** RFC 1918 and RFC 4193. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].map(range);

/** READING "Conflict files": not private, not the documentation ranges. */
const RESERVED = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8', '::/128', '::1/128'].map(range);

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
  const read = readAddress(value);
  if (read === null) return null;
  return read.address.kind() === 'ipv4' ? 4 : 6;
}

function liesIn(value: JsonValue, kind: 'ip_address' | 'ip_prefix', ranges: readonly Range[]): boolean {
  const read = readAddress(value);
  if (read === null) return false;
  const mapped = read.address instanceof ipaddr.IPv6 && read.address.isIPv4MappedAddress();
  const address = mapped && read.address instanceof ipaddr.IPv6 ? read.address.toIPv4Address() : read.address;
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  // The mask of a host says which network it is in, not how much of it is meant.
  const length = kind === 'ip_address' ? bits : Math.min(bits, read.length - (mapped ? 96 : 0));
  return ranges.some(
    ([base, rangeLength]) =>
      base.kind() === address.kind() && length >= rangeLength && address.match(base, rangeLength),
  );
}

function readAddress(value: JsonValue): { address: ipaddr.IPv4 | ipaddr.IPv6; length: number } | null {
  if (typeof value !== 'string' || value.length > 64) return null;
  const [host = '', mask, ...more] = value.trim().split('/');
  if (more.length > 0 || (mask !== undefined && !/^\d{1,3}$/.test(mask))) return null;
  // Four decimal parts only: `10.1` and `0x7f.1` are addresses to a C library, not to NetBox.
  const four = ipaddr.IPv4.isValidFourPartDecimal(host);
  if (!four && !(host.includes(':') && ipaddr.IPv6.isValid(host) && !host.includes('%'))) return null;
  const address = ipaddr.parse(host);
  const bits = four ? 32 : 128;
  const length = mask === undefined ? bits : Number(mask);
  return length > bits ? null : { address, length };
}
