import { loadPolicy } from '@diode/policy';
import type { JsonObject } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import { makeWorkRouter } from './route-work.js';

const loaded = loadPolicy({
  'transformations.yml': 'data_transformations:\n  devices:\n    field_mappings:\n      hostname: name\n',
});
if (loaded.kind !== 'ok') throw new Error('the policy of this test is broken');
const router = makeWorkRouter({ policy: loaded.policy, partitions: 16 });
const route = (objectType: string, data: JsonObject) => router({ objectType, data, source: 's', channel: 'http' });

describe('routing work', () => {
  it('keeps a device and what hangs on it in one partition, in whatever words', () => {
    const { partition } = route('dcim.device', { name: 'sw-1', site: 'DC1' });
    expect(route('dcim.device', { hostname: ' SW-1 ' }).partition).toBe(partition);
    expect(
      route('dcim.interface', { name: 'Ethernet1', device: { name: 'sw-1', site: { name: 'DC1' } } }).partition,
    ).toBe(partition);
    expect(route('dcim.interface', { name: 'Ethernet2', device: 'SW-1' }).partition).toBe(partition);
  });

  it('keeps an address with its host, whatever its mask, and apart by VRF', () => {
    const one = route('ipam.ipaddress', { address: '192.0.2.1/24' });
    expect(route('ipam.ipaddress', { address: '192.0.2.1/32' })).toEqual(one);
    expect(route('ipam.ipaddress', { address: '192.0.2.1/24', vrf: 'red' }).orderingKey).not.toBe(one.orderingKey);
  });

  it('orders assertions about one object, and only those', () => {
    const key = (data: JsonObject) => route('dcim.interface', data).orderingKey;
    expect(key({ name: 'Ethernet1', device: 'sw-1' })).toBe(key({ name: 'ethernet1', device: { name: 'SW-1' } }));
    expect(key({ name: 'Ethernet1', device: 'sw-1' })).not.toBe(key({ name: 'Ethernet2', device: 'sw-1' }));
    expect(key({ name: 'Ethernet1', device: 'sw-1' })).not.toBe(key({ name: 'Ethernet1', device: 'sw-2' }));
  });

  it('spreads objects evenly over partitions, each under a key of its own', () => {
    const routes = Array.from({ length: 16_000 }, (_, i) => route('dcim.device', { name: `sw-${i}` }));
    const counts = Array.from({ length: 16 }, (_, p) => routes.filter((r) => r.partition === p).length);
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
    expect(new Set(routes.map((r) => r.orderingKey)).size).toBe(16_000);
  });

  it('routes what names nothing at all', () => {
    const { partition, orderingKey } = route('dcim.device', { serial: 'X' });
    expect(partition).toBeGreaterThanOrEqual(0);
    expect(partition).toBeLessThan(16);
    expect(() => BigInt(orderingKey)).not.toThrow();
  });
});
