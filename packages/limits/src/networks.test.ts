import { expect, it } from 'vitest';
import { isNetwork, makeNetworks } from './networks.js';

it('addresses are found in their networks, IPv4-mapped ones as IPv4, on either side', () => {
  const networks = makeNetworks(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::ffff:172.16.0.0/108']);
  for (const inside of ['10.255.0.1', '::ffff:10.0.0.1', '::ffff:a00:1', '192.0.2.7', '2001:db8::5', '172.31.0.1']) {
    expect([inside, networks.has(inside)]).toEqual([inside, true]);
  }
  for (const outside of ['11.0.0.1', '192.0.2.8', '2001:db9::1', '172.32.0.1', '::1', 'unknown', '', '10', '0x0a.1']) {
    expect([outside, networks.has(outside)]).toEqual([outside, false]);
  }
});

it('IPv6 at large does not hold IPv4', () => {
  expect(makeNetworks(['::/0']).has('::ffff:203.0.113.1')).toBe(false);
  expect(makeNetworks(['0.0.0.0/0']).has('2001:db8::1')).toBe(false);
});

it('what is no network is told', () => {
  for (const good of ['10.0.0.0/8', '::1/128', '10.1.2.3']) expect(isNetwork(good)).toBe(true);
  for (const bad of [
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    'proxy',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '010.0.0.1',
    '10.0.0.0/-1',
  ]) {
    expect([bad, isNetwork(bad)]).toEqual([bad, false]);
    expect(() => makeNetworks([bad])).toThrow(RangeError);
  }
});
