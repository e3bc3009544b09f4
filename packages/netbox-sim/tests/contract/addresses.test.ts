import { beforeAll, expect, it } from 'vitest';
import {
  addresses,
  makeDevice,
  makeDeviceParts,
  makeInterface,
  makeSite,
  makeVrf,
  named,
  prefixes,
} from './builders.js';
import { contract } from './contract.js';
import type { Json, Thing } from './netbox-under-test.js';

contract('prefixes and addresses', (netbox) => {
  let vrf: Thing;
  let loose: Thing;
  beforeAll(async () => {
    vrf = await makeVrf(netbox());
    loose = await makeVrf(netbox(), { enforce_unique: false });
  });
  const prefix = (text: string, more: Record<string, Json> = {}) =>
    netbox().make(prefixes, { prefix: text, vrf: vrf.id, ...more });
  const address = (text: string, more: Record<string, Json> = {}) =>
    netbox().make(addresses, { address: text, vrf: vrf.id, ...more });
  const refuse = (path: string, body: Record<string, Json>) => netbox().refused('POST', path, { vrf: vrf.id, ...body });

  it('writes prefixes in one form and refuses host bits', async () => {
    expect(await prefix('2001:DB8:0::/32')).toMatchObject({
      prefix: '2001:db8::/32',
      family: { value: 6, label: 'IPv6' },
    });
    expect(await prefix('10.2.0.0')).toMatchObject({ prefix: '10.2.0.0/32' });
    expect(await refuse(prefixes, { prefix: '10.1.2.3/24' })).toEqual({
      prefix: ['10.1.2.3/24 is not a valid prefix. Did you mean 10.1.2.0/24?'],
    });
    expect(await refuse(prefixes, { prefix: '0.0.0.0/0' })).toEqual({ prefix: ['Cannot create prefix with /0 mask.'] });
  });

  it('answers 500 to what is no address at all', async () => {
    for (const [path, field] of [
      [prefixes, 'prefix'],
      [addresses, 'address'],
    ] as const) {
      const reply = await netbox().send('POST', path, { [field]: 'nonsense' });
      expect([reply.status, (reply.body as { exception: string }).exception]).toEqual([500, 'KeyError']);
    }
  });

  it('has a prefix once in a table that wants that', async () => {
    await prefix('10.1.0.0/16');
    expect(await refuse(prefixes, { prefix: '10.1.0.0/16' })).toEqual({
      prefix: [`Duplicate prefix found in VRF ${vrf.name}: 10.1.0.0/16`],
    });
    const again = { prefix: '10.1.0.0/16', vrf: loose.id };
    expect((await netbox().make(prefixes, again)).id).not.toBe((await netbox().make(prefixes, again)).id);
    expect(await netbox().list(`${prefixes}?prefix=10.1.0.0/16&vrf_id=${loose.id}`)).toHaveLength(2);
  });

  it('counts what lies in a prefix once it is read again', async () => {
    const own = await makeVrf(netbox());
    const made = await netbox().send(
      'POST',
      prefixes,
      ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24'].map((text) => ({ prefix: text, vrf: own.id })),
    );
    expect((made.body as Thing[]).map((one) => [one.children, one._depth])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const read = await netbox().list(`${prefixes}?vrf_id=${own.id}`);
    expect(read.map((one) => [one.prefix, one.children, one._depth])).toEqual([
      ['10.0.0.0/8', 2, 0],
      ['10.1.0.0/16', 1, 1],
      ['10.1.1.0/24', 0, 2],
    ]);
    const found = async (query: string) =>
      (await netbox().list(`${prefixes}?vrf_id=${own.id}&${query}`)).map((one) => one.prefix);
    expect(await found('within=10.1.0.0/16')).toEqual(['10.1.1.0/24']);
    expect(await found('within_include=10.1.0.0/16')).toEqual(['10.1.0.0/16', '10.1.1.0/24']);
    expect(await found('contains=10.1.1.7')).toEqual(['10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24']);
    expect(await found('mask_length=24')).toEqual(['10.1.1.0/24']);
    expect(await found('prefix=10.1.0.0/16&prefix=10.0.0.0/8')).toEqual(['10.0.0.0/8', '10.1.0.0/16']);
    expect(await found('prefix=10.1.0.1/16')).toEqual([]);
    expect(await found('prefix=nonsense')).toEqual([]);
  });

  it('scopes a prefix by type and id together', async () => {
    const site = await makeSite(netbox());
    const scope = { scope_type: 'dcim.site', scope_id: site.id };
    const one = await prefix('10.3.0.0/16', scope);
    expect(one).toMatchObject({ ...scope, scope: { id: site.id, slug: site.slug } });
    expect(await netbox().ids(`${prefixes}?site_id=${site.id}`)).toEqual([one.id]);
    expect(await netbox().ids(`${prefixes}?scope_type=dcim.site&scope_id=${site.id}`)).toEqual([one.id]);
    expect(await refuse(prefixes, { prefix: '10.4.0.0/16', scope_type: 'dcim.site' })).toEqual({
      __all__: ['Please select a site.'],
    });
    expect(await refuse(prefixes, { prefix: '10.4.0.0/16', scope_type: 'dcim.site', scope_id: 999999999 })).toEqual({
      scope_id: ['Related object not found using the provided value: 999999999.'],
    });
    expect(await refuse(prefixes, { prefix: '10.4.0.0/16', scope_type: 'dcim.rack', scope_id: 1 })).toEqual({
      scope_type: ['Invalid content type: dcim.rack'],
    });
    expect(await prefix('10.5.0.0/16', { site: site.id })).toMatchObject({ scope: null });
    expect(await netbox().patch(prefixes, one.id, { scope_type: null, scope_id: null })).toMatchObject({ scope: null });
  });

  it('writes addresses in one form, DNS names in lower case', async () => {
    expect(await address('10.0.0.9')).toMatchObject({ address: '10.0.0.9/32', display: '10.0.0.9/32' });
    expect(await address('2001:DB8:0:0::1/64', { dns_name: 'Host.Example.COM', role: '' })).toMatchObject({
      address: '2001:db8::1/64',
      dns_name: 'host.example.com',
      role: null,
      family: { value: 6, label: 'IPv6' },
    });
    expect(await refuse(addresses, { address: '10.0.0.10/24', dns_name: 'bad name' })).toEqual({
      dns_name: ['Only alphanumeric characters, asterisks, hyphens, periods, and underscores are allowed in DNS names'],
    });
    expect(await refuse(addresses, { address: '10.0.0.10/24', status: 'slaac' })).toEqual({
      status: ['Only IPv6 addresses can be assigned SLAAC status'],
    });
    expect(await refuse(addresses, { address: 5 })).toEqual({
      address: ["unexpected type <class 'int'> for addr arg"],
    });
  });

  it('has an address once whatever its mask, shared roles excepted', async () => {
    await address('10.0.1.1/32');
    expect(await refuse(addresses, { address: '10.0.1.1/24' })).toEqual({
      address: [`Duplicate IP address found in VRF ${vrf.name}: 10.0.1.1/32`],
    });
    await address('10.0.1.2/24', { role: 'vip' });
    await address('10.0.1.2/24', { role: 'vrrp' });
    expect(await refuse(addresses, { address: '10.0.1.2/24', role: 'loopback' })).toHaveProperty('address');
    await netbox().make(addresses, { address: '10.0.1.1/32', vrf: loose.id });
    await netbox().make(addresses, { address: '10.0.1.1/32', vrf: loose.id });
  });

  it('assigns an address to an interface that exists, by type and id', async () => {
    const parts = await makeDeviceParts(netbox());
    const device = await makeDevice(netbox(), parts);
    const port = await makeInterface(netbox(), device, 'e1');
    const on = (id: Json) => ({ assigned_object_type: 'dcim.interface', assigned_object_id: id });
    expect(await refuse(addresses, { address: '10.0.2.1/24', assigned_object_type: 'dcim.interface' })).toEqual({
      assigned_object_id: ['This field cannot be null.'],
    });
    expect(await refuse(addresses, { address: '10.0.2.1/24', assigned_object_id: port.id })).toEqual({
      assigned_object_type: ['This field cannot be null.'],
    });
    expect(await refuse(addresses, { address: '10.0.2.1/24', ...on(999999999) })).toEqual({
      assigned_object_id: ['Related object not found using the provided value: 999999999.'],
    });
    expect(
      await refuse(addresses, { address: '10.0.2.1/24', assigned_object_type: 'dcim.site', assigned_object_id: 1 }),
    ).toEqual({
      assigned_object_type: ['Invalid content type: dcim.site'],
    });
    expect(await refuse(addresses, { address: '10.0.2.0/24', ...on(port.id) })).toEqual({
      __all__: ['10.0.2.0 is a network ID, which may not be assigned to an interface.'],
    });
    expect(await refuse(addresses, { address: '10.0.2.255/24', ...on(port.id) })).toEqual({
      __all__: ['10.0.2.255 is a broadcast address, which may not be assigned to an interface.'],
    });
    const ip = await address('10.0.2.1/24', on(port.id));
    expect(ip).toMatchObject({
      assigned_object: { id: port.id, name: 'e1', device: { id: device.id, name: device.name } },
    });
    const name = encodeURIComponent(String(device.name));
    for (const query of [
      `interface_id=${port.id}`,
      `device_id=${device.id}`,
      `device=${name}`,
      `assigned_object_type=dcim.interface&assigned_object_id=${port.id}`,
    ]) {
      expect(await netbox().ids(`${addresses}?${query}`), query).toEqual([ip.id]);
    }
    expect((await netbox().send('DELETE', `/api/dcim/interfaces/${port.id}/`)).status).toBe(204);
    expect((await netbox().send('GET', `${addresses}${ip.id}/`)).status).toBe(404);
  });

  it('finds addresses by host, by host and mask, by parent', async () => {
    const own = await makeVrf(netbox());
    const texts = ['10.0.0.1/24', '10.0.0.2/25', '10.9.0.1/24', '2001:db8::1/64'];
    await netbox().send(
      'POST',
      addresses,
      texts.map((text) => ({ address: text, vrf: own.id })),
    );
    const found = async (query: string) =>
      (await netbox().list(`${addresses}?vrf_id=${own.id}&${query}`)).map((one) => one.address);
    expect(await found('address=10.0.0.1')).toEqual(['10.0.0.1/24']);
    expect(await found('address=10.0.0.1/24')).toEqual(['10.0.0.1/24']);
    expect(await found('address=10.0.0.1/32')).toEqual([]);
    expect(await found('address=10.0.0.1&address=10.9.0.1')).toEqual(['10.0.0.1/24', '10.9.0.1/24']);
    expect(await found('address=nonsense')).toEqual([]);
    expect(await found('address=2001:db8::1')).toEqual(['2001:db8::1/64']);
    expect(await found('parent=10.0.0.0/24')).toEqual(['10.0.0.1/24', '10.0.0.2/25']);
    expect(await found('family=6')).toEqual(['2001:db8::1/64']);
    expect(await found('mask_length=25')).toEqual(['10.0.0.2/25']);
    expect(await found('assigned_to_interface=false')).toEqual(texts);
  });

  it('mixes addresses with and without mask into an or that no other parameter binds', async () => {
    const [one, two] = [await makeVrf(netbox()), await makeVrf(netbox())];
    for (const own of [one, two]) {
      await netbox().send(
        'POST',
        addresses,
        ['10.50.0.1/24', '10.50.0.2/24'].map((text) => ({ address: text, vrf: own.id })),
      );
    }
    const mixed = await netbox().list(`${addresses}?vrf_id=${one.id}&address=10.50.0.1/24&address=10.50.0.2`);
    const vrfs = new Set(mixed.map((ip) => (ip.vrf as Thing).id));
    expect(vrfs).toContain(two.id);
  });

  it('refuses aggregates that overlap, and addresses in a range that is full', async () => {
    const rir = await netbox().make('/api/ipam/rirs/', named(netbox(), 'RIR'));
    const octet = Number.parseInt(netbox().tag.slice(0, 2), 16);
    const whole = `100.${octet}.0.0/16`;
    await netbox().make('/api/ipam/aggregates/', { prefix: whole, rir: rir.id });
    expect(
      await netbox().refused('POST', '/api/ipam/aggregates/', { prefix: `100.${octet}.1.0/24`, rir: rir.id }),
    ).toEqual({
      prefix: [
        `Aggregates cannot overlap. 100.${octet}.1.0/24 is already covered by an existing aggregate (${whole}).`,
      ],
    });
    await netbox().make('/api/ipam/ip-ranges/', {
      start_address: '10.60.0.10/24',
      end_address: '10.60.0.20/24',
      vrf: vrf.id,
      mark_populated: true,
    });
    expect(await refuse(addresses, { address: '10.60.0.12/24' })).toEqual({
      address: ['Cannot create IP address 10.60.0.12/24 inside range 10.60.0.10-20/24.'],
    });
  });
});
