import { describe, expect, it } from 'vitest';
import { addressFamily, isPrivateAddress, isReservedAddress } from './address-filter.js';

describe('reserved addresses (READING "Conflict files")', () => {
  it.each([
    ['0.1.2.3'],
    ['127.0.0.1'],
    ['127.0.0.1/8'],
    ['224.0.0.5'],
    ['239.255.255.255/32'],
    ['240.0.0.1'],
    ['255.255.255.255'],
    ['::'],
    ['::1/128'],
    ['ff02::1'],
    ['::ffff:127.0.0.1'],
  ])('%s is reserved', (address) => {
    expect(isReservedAddress(address, 'ip_address')).toBe(true);
  });

  it.each([
    ['10.1.1.100'],
    ['192.168.0.1/24'],
    ['192.0.2.1'],
    ['198.51.100.7'],
    ['203.0.113.9'],
    ['2001:db8::1'],
    ['fe80::1'],
    ['128.0.0.1'],
    ['not an address'],
    ['127.1'],
    ['0x7f.0.0.1'],
    ['127.0.0.1/33'],
    [127],
    [null],
  ])('%s is not', (address) => {
    expect(isReservedAddress(address, 'ip_address')).toBe(false);
  });

  it('takes a prefix as reserved only when all of it is', () => {
    expect(isReservedAddress('127.1.0.0/16', 'ip_prefix')).toBe(true);
    expect(isReservedAddress('0.0.0.0/0', 'ip_prefix')).toBe(false);
    expect(isReservedAddress('::/0', 'ip_prefix')).toBe(false);
  });
});

describe('private addresses', () => {
  it.each([
    ['10.0.0.1', true],
    ['172.31.255.255', true],
    ['192.168.1.1/16', true],
    ['fd00::1', true],
    ['172.32.0.1', false],
    ['8.8.8.8', false],
    ['2001:db8::1', false],
  ])('%s: %s', (address, isPrivate) => {
    expect(isPrivateAddress(address, 'ip_address')).toBe(isPrivate);
  });

  it('holds for a prefix inside private space, not for one around it', () => {
    expect(isPrivateAddress('10.0.0.0/8', 'ip_prefix')).toBe(true);
    expect(isPrivateAddress('10.0.0.0/7', 'ip_prefix')).toBe(false);
  });
});

it.each([
  ['10.0.0.1', 4],
  ['10.0.0.1/24', 4],
  ['2001:db8::1/64', 6],
  ['fe80::1%eth0', null],
  ['10.0.0.1/x', null],
  ['10.0.0', null],
])('the family of %s is %s', (address, family) => {
  expect(addressFamily(address)).toBe(family);
});
