import { expect, it } from 'vitest';
import {
  changes,
  devices,
  interfaces,
  makeDevice,
  makeDeviceParts,
  makeInterface,
  makeSite,
  named,
  sites,
} from './builders.js';
import { contract } from './contract.js';
import type { Thing } from './netbox-under-test.js';

contract('deletions', (netbox) => {
  it('are refused for what others need, naming them', async () => {
    const parts = await makeDeviceParts(netbox());
    const device = await makeDevice(netbox(), parts);
    for (const [path, thing] of [
      [sites, parts.site],
      ['/api/dcim/device-roles/', parts.role],
      ['/api/dcim/device-types/', parts.type],
    ] as const) {
      const reply = await netbox().send('DELETE', `${path}${thing.id}/`);
      expect([reply.status, reply.body]).toEqual([
        409,
        { detail: `Unable to delete object. 1 dependent objects were found: ${device.name} (${device.id})` },
      ]);
    }
  });

  it('take along what is part of it, and clear what only names it', async () => {
    const parts = await makeDeviceParts(netbox());
    const platform = await netbox().make('/api/dcim/platforms/', named(netbox(), 'OS'));
    const device = await makeDevice(netbox(), parts, { platform: platform.id });
    const port = await makeInterface(netbox(), device, 'e1');
    await netbox().send('DELETE', `/api/dcim/platforms/${platform.id}/`);
    expect(await netbox().get(`${devices}${device.id}/`)).toMatchObject({ platform: null });
    expect((await netbox().send('DELETE', `${devices}${device.id}/`)).status).toBe(204);
    expect((await netbox().send('GET', `${interfaces}${port.id}/`)).status).toBe(404);
  });

  it('answer 404 the second time', async () => {
    const site = await makeSite(netbox());
    expect((await netbox().send('DELETE', `${sites}${site.id}/`)).status).toBe(204);
    const reply = await netbox().send('DELETE', `${sites}${site.id}/`);
    expect([reply.status, reply.body]).toEqual([404, { detail: 'No Site matches the given query.' }]);
  });
});

contract('the change log', (netbox) => {
  const of = (site: Thing) =>
    netbox().list(`${changes}?changed_object_type=dcim.site&changed_object_id=${site.id}&ordering=id`);

  it('keeps who did what, with the object before and after, under the request that did it', async () => {
    const { name, slug } = named(netbox(), 'Logged');
    const made = await netbox().send('POST', sites, { name, slug, latitude: '51.5', changelog_message: 'because' });
    const site = made.body as Thing;
    const changed = await netbox().send('PATCH', `${sites}${site.id}/`, {
      description: 'new',
      changelog_message: 'still',
    });
    const gone = await netbox().send('DELETE', `${sites}${site.id}/`, { changelog_message: 'enough' });
    const [create, update, remove] = await of(site);
    expect(create).toMatchObject({
      action: { value: 'create', label: 'Created' },
      message: 'because',
      request_id: made.headers.get('x-request-id'),
      changed_object_type: 'dcim.site',
      changed_object_id: site.id,
      changed_object: null,
      prechange_data: {},
      postchange_data: { name, slug, status: 'active', latitude: '51.500000', tags: [], region: null },
    });
    expect(create!.display).toBe(`DCIM | site ${name} created by ${create!.user_name}`);
    expect(update).toMatchObject({
      action: { value: 'update', label: 'Updated' },
      message: 'still',
      request_id: changed.headers.get('x-request-id'),
      prechange_data: { description: '' },
      postchange_data: { description: 'new' },
    });
    expect(update!.postchange_data).not.toHaveProperty('last_updated');
    expect(remove).toMatchObject({
      action: { value: 'delete', label: 'Deleted' },
      message: 'enough',
      request_id: gone.headers.get('x-request-id'),
      prechange_data: { description: 'new' },
      postchange_data: {},
    });
  });

  it('leaves out a change that changes nothing, though it stamps the object anew', async () => {
    const site = await makeSite(netbox());
    const again = await netbox().patch(sites, site.id, { name: site.name! });
    expect(again.last_updated).not.toBe(site.last_updated);
    expect(await of(site)).toHaveLength(1);
  });

  it('records tags and lists, once a request', async () => {
    const tag = await netbox().make('/api/extras/tags/', named(netbox(), 'tag'));
    const site = await makeSite(netbox(), { tags: [tag.id] });
    await netbox().patch(sites, site.id, { tags: [tag.id] });
    await netbox().patch(sites, site.id, { tags: [] });
    const records = await of(site);
    expect(records.map((record) => (record.postchange_data as { tags: string[] }).tags)).toEqual([[tag.name], []]);
  });

  it('names what cascades under the same request, and what a bulk did', async () => {
    const parts = await makeDeviceParts(netbox());
    const device = await makeDevice(netbox(), parts);
    await makeInterface(netbox(), device, 'e1');
    const gone = await netbox().send('DELETE', devices, [{ id: device.id, changelog_message: 'all of it' }]);
    const records = await netbox().list(`${changes}?request_id=${gone.headers.get('x-request-id')}`);
    expect(new Set(records.map((record) => record.changed_object_type))).toEqual(
      new Set(['dcim.device', 'dcim.interface']),
    );
    expect(records.find((record) => record.changed_object_type === 'dcim.device')).toMatchObject({
      message: 'all of it',
    });
  });

  it('is read on from an id or a time, both ends included', async () => {
    const site = await makeSite(netbox());
    await netbox().patch(sites, site.id, { description: 'x' });
    const [first, second] = await of(site);
    const mine = `changed_object_type=dcim.site&changed_object_id=${site.id}`;
    expect(await netbox().ids(`${changes}?${mine}&id__gt=${first!.id}`)).toEqual([second!.id]);
    expect(await netbox().ids(`${changes}?${mine}&id__gte=${first!.id}`)).toEqual([first!.id, second!.id]);
    const time = encodeURIComponent(String(second!.time));
    expect(await netbox().ids(`${changes}?${mine}&time_after=${time}`)).toEqual([second!.id]);
    expect(await netbox().ids(`${changes}?${mine}&time_before=${time}`)).toEqual([first!.id, second!.id]);
    expect(await netbox().ids(`${changes}?${mine}&action=update`)).toEqual([second!.id]);
    expect(await netbox().ids(`${sites}?created_by_request=${first!.request_id}`)).toEqual([site.id]);
    expect(await netbox().ids(`${sites}?updated_by_request=${first!.request_id}`)).toEqual([]);
  });
});
