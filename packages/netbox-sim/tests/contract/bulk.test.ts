import { beforeAll, expect, it } from 'vitest';
import { devices, makeDeviceParts, makeSite, named, type Rack, sites } from './builders.js';
import { contract } from './contract.js';
import type { Thing } from './netbox-under-test.js';

contract('many at once', (netbox) => {
  let parts: Rack;
  beforeAll(async () => {
    parts = await makeDeviceParts(netbox());
  });
  const held = async (slug: string) => (await netbox().list(`${sites}?slug=${slug}`)).length;

  it('creates a list in the order given', async () => {
    const bodies = [named(netbox(), 'C'), named(netbox(), 'A'), named(netbox(), 'B')];
    const reply = await netbox().send('POST', sites, bodies);
    expect(reply.status).toBe(201);
    expect((reply.body as Thing[]).map((site) => site.name)).toEqual(bodies.map((body) => body.name));
    expect((await netbox().send('POST', sites, [])).body).toEqual([]);
  });

  it('creates none when one is wrong, and says which', async () => {
    const [good, bad] = [named(netbox(), 'Good'), named(netbox(), 'Bad')];
    const taken = await makeSite(netbox());
    const errors = await netbox().refused('POST', sites, [good, { ...bad, name: taken.name! }, { slug: 'x' }]);
    expect(errors).toEqual([
      {},
      { name: ['site with this name already exists.'] },
      { name: ['This field is required.'] },
    ]);
    expect(await held(good.slug)).toBe(0);
  });

  it('lets two equal new objects reach the database, which refuses the whole list', async () => {
    const body = named(netbox(), 'Twin');
    const reply = await netbox().send('POST', sites, [body, body]);
    expect(reply.status).toBe(500);
    expect(reply.body).toMatchObject({
      exception: 'IntegrityError',
      error: expect.stringContaining('duplicate key value violates unique constraint'),
    });
    expect(await held(body.slug)).toBe(0);
  });

  it('creates devices one by one: the first mistake is the answer, and none is kept', async () => {
    const body = {
      name: named(netbox(), 'twin').name,
      site: parts.site.id,
      device_type: parts.type.id,
      role: parts.role.id,
    };
    expect(await netbox().refused('POST', devices, [body, body])).toEqual({
      __all__: ['Device name must be unique per site.'],
    });
    expect(await netbox().list(`${devices}?name=${encodeURIComponent(body.name)}`)).toEqual([]);
  });

  it('changes a list, passing over ids it does not have', async () => {
    const [a, b] = [await makeSite(netbox()), await makeSite(netbox())];
    const reply = await netbox().send('PATCH', sites, [
      { id: b.id, description: 'b' },
      { id: 999999999, description: 'nobody' },
      { id: a.id, description: 'a' },
    ]);
    expect(reply.status).toBe(200);
    const byId = new Map((reply.body as Thing[]).map((site) => [site.id, site.description]));
    expect([byId.size, byId.get(a.id), byId.get(b.id)]).toEqual([2, 'a', 'b']);
  });

  it('changes none when one is wrong, and does not say which', async () => {
    const [a, b] = [await makeSite(netbox()), await makeSite(netbox())];
    const errors = await netbox().refused('PATCH', sites, [
      { id: a.id, description: 'x' },
      { id: b.id, name: '' },
    ]);
    expect(errors).toEqual({ name: ['This field may not be blank.'] });
    expect(await netbox().get(`${sites}${a.id}/`)).toMatchObject({ description: '' });
  });

  it('deletes a list, passing over ids it does not have', async () => {
    const [a, b] = [await makeSite(netbox()), await makeSite(netbox())];
    const reply = await netbox().send('DELETE', sites, [{ id: a.id }, { id: 999999999 }, { id: b.id }]);
    expect(reply.status).toBe(204);
    expect(await netbox().list(`${sites}?id=${a.id}&id=${b.id}`)).toEqual([]);
    expect((await netbox().send('DELETE', sites, [])).status).toBe(204);
  });

  it('deletes none when one is protected', async () => {
    const free = await netbox().make('/api/dcim/device-roles/', named(netbox(), 'Free'));
    await netbox().make(devices, { name: null, site: parts.site.id, device_type: parts.type.id, role: parts.role.id });
    const reply = await netbox().send('DELETE', '/api/dcim/device-roles/', [{ id: free.id }, { id: parts.role.id }]);
    expect(reply.status).toBe(409);
    expect((reply.body as { detail: string }).detail).toMatch(
      /^Unable to delete object\. 1 dependent objects were found: /,
    );
    expect(await netbox().get(`/api/dcim/device-roles/${free.id}/`)).toMatchObject({ id: free.id });
  });

  it.each(['PATCH', 'PUT', 'DELETE'])('wants for %s a list of things with whole ids', async (method) => {
    expect(await netbox().refused(method, sites, {})).toEqual({
      non_field_errors: ['Expected a list of items but got type "dict".'],
    });
    expect(await netbox().refused(method, sites, [{ name: 'x' }])).toEqual([{ id: ['This field is required.'] }]);
    expect(await netbox().refused(method, sites, [{ id: 'x' }])).toEqual([{ id: ['A valid integer is required.'] }]);
    expect(await netbox().refused(method, sites, [1])).toEqual([
      { non_field_errors: ['Invalid data. Expected a dictionary, but got int.'] },
    ]);
  });

  it('does not take ids as text for changes', async () => {
    const site = await makeSite(netbox());
    expect(await netbox().refused('PATCH', sites, [{ id: String(site.id), name: 'x' }])).toEqual({
      non_field_errors: ['No data provided'],
    });
  });
});
