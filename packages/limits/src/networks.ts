import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A set of networks. IPv4-mapped IPv6 counts as IPv4, on either side. */
export interface Networks {
  /** False for what is no address. */
  has(address: string): boolean;
}

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** @throws RangeError for what is neither an address nor a CIDR; check with `isNetwork` first */
export function makeNetworks(texts: readonly string[]): Networks {
  const ranges = texts.map((text) => {
    const range = readRange(text);
    if (range === null) throw new RangeError(`"${text}" is no network`);
    return range;
  });
  return {
    has(text) {
      const address = readAddress(text);
      return address !== null && ranges.some(([base, length]) => within(address, base, length));
    },
  };
}

/** True for `10.0.0.0/8`, `::1/128`, and a single address. */
export function isNetwork(text: string): boolean {
  return readRange(text) !== null;
}

function within(address: ipaddr.IPv4 | ipaddr.IPv6, base: ipaddr.IPv4 | ipaddr.IPv6, length: number): boolean {
  return address.kind() === base.kind() && address.match(base, length);
}

function readRange(text: string): Range | null {
  const [address = '', length, ...more] = text.split('/');
  if (isIP(address) === 0 || more.length > 0) return null;
  const bits = ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.POSITIVE_INFINITY;
  if (prefix > bits) return null;
  const base = ipaddr.parse(address);
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  if (base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && prefix >= 96) {
    return [base.toIPv4Address(), prefix - 96];
  }
  return [base, prefix];
}

/** `isIP` first: the library also takes what some resolvers do, such as `10` or `0x7f.1`. */
function readAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return isIP(text) === 0 ? null : ipaddr.process(text);
}
