import type { Networks } from '@diode/limits';

/**
 * The client's own address: the peer's, or, while that is a proxy we trust, the one before it in X-Forwarded-For. What is to the left of the
 * first address we do not trust was written by a stranger and is not looked at. The same rule as fastify's `trustProxy`.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, proxies: Networks): string {
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
  let address = peer;
  while (proxies.has(address)) {
    const before = hops.pop();
    if (before === undefined || before === '') break;
    address = before;
  }
  return address;
}
