import { beforeAll, expect, it } from 'vitest';
import { makeDeviceParts, makeSite, named, type Rack, sites } from './builders.js';
import { contract } from './contract.js';
import type { Json, Thing } from './netbox-under-test.js';

contract('fields', (netbox) => {
  let parts: Rack;
  let site: Thing;
  let rack: Thing;
  const racks = '/api/dcim/racks/';

  beforeAll(async () => {
    parts = await makeDeviceParts(netbox());
    site = parts.site;
    rack = await netbox().make(racks, { name: named(netbox(), 'rack').name, site: site.id });
  });

  it('shows an object with its links, its choices as value and label, and what was not said', async () => {
    const one = await makeSite(netbox());
    expect(one).toMatchObject({
      url: `${netbox().url}${sites}${one.id}/`,
      display_url: `${netbox().url}/dcim/sites/${one.id}/`,
      display: one.name,
      status: { value: 'active', label: 'Active' },
      region: null,
      tags: [],
      custom_fields: expect.any(Object),
      description: '',
      latitude: null,
    });
    expect(one.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(one).not.toHaveProperty('device_count');
    expect(await netbox().get(`${sites}${one.id}/`)).toHaveProperty('device_count', 0);
  });

  it.each<[string, Json, Json]>([
    ['name', '', ['This field may not be blank.']],
    ['name', null, ['This field may not be null.']],
    ['name', ['x'], ['Not a valid string.']],
    ['name', true, ['Not a valid string.']],
    ['name', 'x'.repeat(101), ['Ensure this field has no more than 100 characters.']],
    ['slug', 'a b', ['Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.']],
    ['slug', {}, ['Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.']],
    ['description', null, ['This field may not be null.']],
    ['status', 'zz', ['zz is not a valid choice.']],
    ['status', '', ['This field may not be blank.']],
    ['status', null, ['This field may not be blank.']],
    [
      'status',
      { value: 'active' },
      ['Value must be passed directly (e.g. "foo": 123); do not use a dictionary or list.'],
    ],
    ['latitude', 'abc', ['A valid number is required.']],
    ['latitude', 51.5074561234, ['Ensure that there are no more than 8 digits in total.']],
    ['latitude', 91, ['Ensure this value is less than or equal to 90.0.']],
    ['time_zone', 'Mars/X', ['A valid timezone is required.']],
    ['region', 999999999, ['Related object not found using the provided numeric ID: 999999999']],
    ['region', { slug: 'nope' }, ["Related object not found using the provided attributes: {'slug': 'nope'}"]],
    [
      'region',
      '',
      [
        'Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: ',
      ],
    ],
    [
      'tenant',
      [1],
      [
        'Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: [1]',
      ],
    ],
    ['asns', 'x', ['Expected a list of items but got type "str".']],
    ['asns', [{ asn: 1 }], ['Incorrect type. Expected pk value, received dict.']],
    ['asns', [999999999], ['Invalid pk "999999999" - object does not exist.']],
    ['asns', null, ['This field may not be null.']],
    ['tags', null, ['This field may not be null.']],
    ['tags', 'x', { non_field_errors: ['Expected a list of items but got type "str".'] }],
    ['custom_fields', null, ['This field may not be null.']],
  ])('refuses %s: %j', async (field, value, words) => {
    expect(await netbox().refused('PATCH', `${sites}${site.id}/`, { [field]: value })).toEqual({ [field]: words });
  });

  it('names every field that is wrong at once', async () => {
    const body = await netbox().refused('POST', sites, { name: '', slug: 'a b', status: 'zz', region: 999999999 });
    expect(Object.keys(body as object)).toEqual(['name', 'slug', 'status', 'region']);
  });

  it('names an attribute that leads nowhere', async () => {
    const body = await netbox().refused('PATCH', `${sites}${site.id}/`, { tenant: { foo: 1 } });
    expect((body as { tenant: string[] }).tenant[0]).toMatch(
      /^Cannot resolve keyword 'foo' into field\. Choices are: /,
    );
  });

  it('trims text, takes numbers for text, and reads numbers from text', async () => {
    const changed = await netbox().patch(sites, site.id, {
      description: '  hi \n',
      facility: 5,
      latitude: '51.50',
      comments: ' c ',
    });
    expect(changed).toMatchObject({ description: 'hi', facility: '5', latitude: 51.5, comments: 'c' });
    const vlan = await netbox().make('/api/ipam/vlans/', { vid: '7', name: ' v ', site: site.id });
    expect(vlan).toMatchObject({ vid: 7, name: 'v' });
  });

  it.each<[Json, string]>([
    ['abc', 'A valid integer is required.'],
    [1.5, 'A valid integer is required.'],
    [true, 'A valid integer is required.'],
    [5000, 'Ensure this value is less than or equal to 4094.'],
    [0, 'Ensure this value is greater than or equal to 1.'],
    [null, 'This field may not be null.'],
  ])('refuses the VLAN id %j', async (vid, words) => {
    expect(await netbox().refused('POST', '/api/ipam/vlans/', { vid, name: 'x' })).toEqual({ vid: [words] });
  });

  it('clears a choice by "" or null and reads it back as null', async () => {
    for (const nothing of ['', null]) {
      expect(await netbox().patch(racks, rack.id, { airflow: 'front-to-rear' })).toMatchObject({
        airflow: { value: 'front-to-rear', label: 'Front to rear' },
      });
      expect(await netbox().patch(racks, rack.id, { airflow: nothing })).toMatchObject({ airflow: null });
    }
  });

  it('knows a choice of numbers by text too', async () => {
    expect(await netbox().patch(racks, rack.id, { width: '23' })).toMatchObject({
      width: { value: 23, label: '23 inches' },
    });
  });

  it('passes over fields it does not know and fields that are read-only', async () => {
    const changed = await netbox().patch(sites, site.id, {
      nonsense: 1,
      display: 'x',
      id: 5,
      add_tags: [{ slug: 'a' }],
    });
    expect(changed.id).toBe(site.id);
    expect(changed.tags).toEqual([]);
  });

  it('finds a related object by id, by text, by attributes, and by lookups', async () => {
    const region = await netbox().make('/api/dcim/regions/', named(netbox(), 'Region'));
    const slug = String(region.slug);
    for (const ref of [
      region.id,
      String(region.id),
      { slug },
      { name: region.name! },
      { slug__iexact: slug.toUpperCase() },
    ]) {
      await netbox().patch(sites, site.id, { region: null });
      expect(await netbox().patch(sites, site.id, { region: ref })).toMatchObject({ region: { id: region.id } });
    }
    const nested = { manufacturer: { slug: parts.manufacturer.slug! }, slug: parts.type.slug! };
    const device = await netbox().make('/api/dcim/devices/', {
      name: named(netbox(), 'dev').name,
      device_type: nested,
      role: { slug: parts.role.slug! },
      site: { name: site.name! },
    });
    expect(device).toMatchObject({ device_type: { id: parts.type.id, manufacturer: { id: parts.manufacturer.id } } });
  });

  it('refuses attributes that several objects match', async () => {
    const [a, b] = [
      await makeSite(netbox(), { facility: netbox().tag }),
      await makeSite(netbox(), { facility: netbox().tag }),
    ];
    expect(a.id).not.toBe(b.id);
    expect(await netbox().refused('PATCH', `${racks}${rack.id}/`, { site: { facility: netbox().tag } })).toEqual({
      site: [`Multiple objects match the provided attributes: {'facility': '${netbox().tag}'}`],
    });
  });

  it('wants in PUT what is required, and leaves what is not said', async () => {
    expect(await netbox().refused('PUT', `${sites}${site.id}/`, { name: site.name! })).toEqual({
      slug: ['This field is required.'],
    });
    await netbox().patch(sites, site.id, { description: 'kept' });
    const reply = await netbox().send('PUT', `${sites}${site.id}/`, { name: site.name!, slug: site.slug! });
    expect(reply.body).toMatchObject({ description: 'kept' });
  });

  it('drops in a write with ?fields= what that does not name', async () => {
    const { name, slug } = named(netbox(), 'Site');
    const reply = await netbox().send('POST', `${sites}?fields=id,name,slug`, {
      name,
      slug,
      description: 'lost',
      status: 'planned',
    });
    expect([reply.status, Object.keys(reply.body as object)]).toEqual([201, ['id', 'name', 'slug']]);
    const stored = await netbox().get(`${sites}${(reply.body as Thing).id}/`);
    expect(stored).toMatchObject({ description: '', status: { value: 'active' } });
    expect(await netbox().refused('POST', `${sites}?fields=id,name`, named(netbox(), 'Site'))).toEqual({
      slug: ['This field cannot be blank.'],
    });
    await netbox().send('PATCH', `${sites}${stored.id}/?fields=id`, { description: 'x' });
    expect(await netbox().get(`${sites}${stored.id}/`)).toMatchObject({ description: '' });
  });
});
