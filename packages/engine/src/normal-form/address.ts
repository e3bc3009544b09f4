import ipaddr from 'ipaddr.js';
import { invalid, type Normalized, normal } from './normalized.js';

/** An address as it was written. */
export interface ReadAddress {
  /** Canonical, without mask. */
  readonly host: string;
  readonly length: number;
  readonly hasMask: boolean;
  readonly family: 4 | 6;
}

const CANONICAL_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|(?=[/]|$))){4}(?:\/(3[0-2]|[12]?\d))?$/;

/** Reads `10.0.0.1`, `10.0.0.1/24`, `2001:DB8::1/64`; null for anything else, zones and short forms included. */
export function readAddress(text: string): ReadAddress | null {
  if (text.length > 64) return null;
  const v4 = CANONICAL_V4.exec(text);
  if (v4 !== null) {
    const slash = text.indexOf('/');
    return slash === -1
      ? { host: text, length: 32, hasMask: false, family: 4 }
      : { host: text.slice(0, slash), length: Number(v4[1]), hasMask: true, family: 4 };
  }
  const [written = '', mask, ...more] = text.split('/');
  const raw = written.includes('.') ? withoutDots(written) : written;
  if (more.length > 0 || (mask !== undefined && !/^\d{1,3}$/.test(mask))) return null;
  if (!raw.includes(':') || raw.includes('%') || !ipaddr.IPv6.isValid(raw)) return null;
  const length = mask === undefined ? 128 : Number(mask);
  if (length > 128) return null;
  return { host: canonicalV6(ipaddr.IPv6.parse(raw)), length, hasMask: mask !== undefined, family: 6 };
}

/** A host with its mask; no mask means /32 or /128 (facts/netbox.md §5.4). */
export function normalizeAddress(text: string): Normalized {
  const read = readAddress(text);
  if (read === null)
    return invalid('not an IP address', 'Send an address with its mask: 10.0.0.1/24 or 2001:db8::1/64.');
  if (read.length === 0) return invalid('NetBox takes no address with the mask /0', 'Send the mask of its network.');
  return normal(`${read.host}/${read.length}`);
}

/** A network. Without a mask NetBox would take it for a single host, so that is refused (facts/netbox.md §5.4). */
export function normalizePrefix(text: string): Normalized {
  const read = readAddress(text);
  if (read === null) return invalid('not an IP prefix', 'Send a network with its length: 10.0.0.0/24.');
  if (!read.hasMask)
    return invalid('a prefix needs its length', `Send ${text}/${read.family === 4 ? '24' : '64'}, or what it is.`);
  const network = networkOf(read);
  if (network === read.host) return normal(`${read.host}/${read.length}`);
  return invalid('host bits are set, which NetBox refuses in a prefix', `Send ${network}/${read.length}.`);
}

/** The library takes `::10.0.0.1` for `::ffff:10.0.0.1`, which is another address: it gets the dots as two groups. */
function withoutDots(text: string): string {
  const colon = text.lastIndexOf(':');
  const octets = CANONICAL_V4.test(text.slice(colon + 1))
    ? text
        .slice(colon + 1)
        .split('.')
        .map(Number)
    : [];
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return octets.length === 4
    ? `${text.slice(0, colon + 1)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
    : text;
}

/**
 * As Postgres writes it, and NetBox with it, which compares hosts as text: RFC 5952, but for an embedded IPv4 address (`::ffff:10.0.0.1`), which keeps
 * its dots.
 */
function canonicalV6(address: ipaddr.IPv6): string {
  const { parts } = address;
  const [high = 0, low = 0] = parts.slice(6);
  const isEmbedded =
    parts.slice(0, 5).every((part) => part === 0) && (parts[5] === 0xffff || (parts[5] === 0 && high !== 0));
  if (!isEmbedded) return address.toRFC5952String();
  const dotted = [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  return parts[5] === 0 ? `::${dotted}` : `::ffff:${dotted}`;
}

/** The host of an address in normal form. */
export function hostOf(address: string): string {
  const slash = address.indexOf('/');
  return slash === -1 ? address : address.slice(0, slash);
}

function networkOf(read: ReadAddress): string {
  const bytes = ipaddr.parse(read.host).toByteArray();
  const masked = bytes.map(
    (byte, index) => byte & (0xff << Math.min(8, Math.max(0, 8 * (index + 1) - read.length))) & 0xff,
  );
  const address = ipaddr.fromByteArray(masked);
  return address instanceof ipaddr.IPv6 ? canonicalV6(address) : address.toString();
}
