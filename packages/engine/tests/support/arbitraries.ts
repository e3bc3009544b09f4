import { allObjectTypes } from '@diode/catalogue';
import type { JsonObject, JsonValue } from '@diode/protocol';
import fc from 'fast-check';
import type { Entity } from './run.js';

const SITES = ['DC1', 'DC2', 'Test Site'];
const TYPES = ['Cisco Catalyst 9300', 'EX4300', 'Juniper EX4300', 'Test Switch'];
const ports = ['mgmt0', 'Ethernet1', 'Ethernet2'];

const sitesRef: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom(...SITES),
  fc.constantFrom(...SITES).map((name) => ({ name })),
  fc.constant({ name: 'DC1', slug: 'dc1' }),
);
const deviceName = fc.constantFrom('sw1', 'sw2', 'sw3', 'sw4');
/** Each device stands in one site, so that two references to it mean the same. */
const siteOf = (name: string): string => SITES[name.charCodeAt(2) % SITES.length] ?? 'DC1';
const deviceRef = deviceName.map((name) => ({ name, site: siteOf(name), device_type: 'EX4300' }));
const portRef = fc.record({ device: deviceRef, name: fc.constantFrom(...ports) });
const tags = fc.option(fc.uniqueArray(fc.constantFrom('core', 'edge', 'Very New'), { maxLength: 3 }), {
  nil: undefined,
});

function present(data: Record<string, JsonValue | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const entity: fc.Arbitrary<Entity> = fc.oneof(
  fc
    .record({
      name: deviceName,
      type: fc.constantFrom(...TYPES),
      serial: maybe(fc.constantFrom('A1', 'B2', ' C3 ')),
      tags,
      ip: maybe(fc.integer({ min: 1, max: 9 })),
      tenant: maybe(fc.constantFrom('ACME', null)),
    })
    .map(
      ({ name, type, serial, tags, ip, tenant }): Entity => [
        'dcim.device',
        present({
          name,
          site: siteOf(name),
          device_type: type,
          serial,
          tags,
          tenant,
          primary_ip4: ip === undefined ? undefined : `10.${name.charCodeAt(2)}.0.${ip}`,
        }),
      ],
    ),
  fc
    .record({
      device: deviceRef,
      name: fc.constantFrom(...ports),
      type: maybe(fc.constantFrom('virtual', '1000base-t')),
      enabled: maybe(fc.boolean()),
      mac: maybe(fc.integer({ min: 0, max: 9 })),
    })
    .map(
      ({ device, name, type, enabled, mac }): Entity => [
        'dcim.interface',
        present({ device, name, type, enabled, mac_address: mac === undefined ? undefined : `00:00:00:00:00:0${mac}` }),
      ],
    ),
  fc
    .record({
      name: fc.constantFrom(...SITES),
      region: maybe(fc.constantFrom('Europe', { name: 'Berlin', parent: 'Europe' })),
      description: maybe(fc.constantFrom('a', '', null)),
    })
    .map(({ name, region, description }): Entity => ['dcim.site', present({ name, region, description })]),
  fc
    .record({
      host: fc.integer({ min: 1, max: 5 }),
      port: maybe(portRef),
      vrf: maybe(fc.constantFrom('red', { name: 'blue', rd: '65000:1' })),
      dns: maybe(fc.constantFrom('A.example', '')),
    })
    .map(
      ({ host, port, vrf, dns }): Entity => [
        'ipam.ipaddress',
        present({
          address: `192.0.2.${host}/24`,
          vrf,
          dns_name: dns,
          assigned_object: port === undefined ? undefined : { interface: port },
        }),
      ],
    ),
  fc
    .record({
      net: fc.integer({ min: 0, max: 5 }),
      site: maybe(sitesRef),
      role: maybe(fc.constantFrom('Users', 'users')),
    })
    .map(
      ({ net, site, role }): Entity => [
        'ipam.prefix',
        present({ prefix: `10.0.${net}.0/24`, role, scope: site === undefined ? undefined : { site } }),
      ],
    ),
  fc
    .record({ vid: fc.integer({ min: 1, max: 5 }), site: sitesRef })
    .map(({ vid, site }): Entity => ['ipam.vlan', { vid, name: `v${vid}`, site }]),
);

/** Batches in which references are spelled in many ways; objects may be asserted several times. */
export const batches: fc.Arbitrary<readonly Entity[]> = fc.array(entity, { minLength: 1, maxLength: 12 });

/** Each object is asserted at most once: then order says nothing. */
export const consistentBatches: fc.Arbitrary<readonly Entity[]> = fc.uniqueArray(entity, {
  minLength: 1,
  maxLength: 10,
  selector: ([type, data]) =>
    `${type} ${JSON.stringify([data.name ?? null, data.address ?? null, data.prefix ?? null, data.vid ?? null])} ${JSON.stringify(data.device ?? null)} ${type === 'ipam.vlan' ? JSON.stringify(data.site) : ''}`,
});

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;

/** Data that is nearly right, or nothing of the kind. */
export const anyEntity: fc.Arbitrary<Entity> = fc
  .constantFrom(...allObjectTypes())
  .chain((row) =>
    fc
      .dictionary(
        fc.oneof(
          fc.constantFrom(...row.fields.map((field) => field.name)),
          fc.string(),
          fc.constantFrom('id', '__proto__', 'constructor'),
        ),
        fc.oneof(json, fc.constantFrom('10.0.0.1/24', 'x', 1, null, { id: 7 })),
        { maxKeys: 8 },
      )
      .map((data): Entity => [row.name, data]),
  );
