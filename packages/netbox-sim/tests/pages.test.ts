import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NetboxSim, startNetboxSim } from '../src/index.js';
import { changes, makeDevice, makeDeviceParts, sites } from './contract/builders.js';
import { simToken } from './contract/contract.js';
import { NetboxUnderTest, type Thing } from './contract/netbox-under-test.js';

let sim: NetboxSim;
let netbox: NetboxUnderTest;
let device: Thing;
let site: Thing;
beforeAll(async () => {
  sim = await startNetboxSim({ token: simToken });
  netbox = new NetboxUnderTest(sim.url, simToken);
  const parts = await makeDeviceParts(netbox);
  site = parts.site;
  device = await makeDevice(netbox, parts, { name: '<sw1> & "co"', comments: 'made here' });
});
afterAll(() => sim.close());

const page = async (url: string): Promise<string> => {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return response.text();
};
const send = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual', headers });

it('says on every page that it is a stand-in', async () => {
  for (const path of ['/', '/dcim/devices/', `/dcim/devices/${device.id}/`]) {
    expect(await page(`${sim.url}${path}`), path).toContain('<strong>stand-in</strong>');
  }
});

it('counts what is there, lists it, and links on', async () => {
  expect(await page(`${sim.url}/`)).toContain('<td><a href="/dcim/devices/">devices</a></td><td>1</td>');
  expect(await page(`${sim.url}/dcim/devices/`)).toContain(`<a href="/dcim/devices/${device.id}/">`);
  const shown = await page(String(device.display_url));
  expect(shown).toContain(`<a href="/dcim/sites/${site.id}/">${site.name}</a>`);
  expect(shown).toContain('made here');
});

it('shows text as text', async () => {
  const shown = await page(String(device.display_url));
  expect(shown).toContain('&lt;sw1&gt; &amp; &quot;co&quot;');
  expect(shown).not.toContain('<sw1>');
});

it('lets a person change an object by hand, and logs it as admin', async () => {
  const reply = await send(`${sim.url}/dcim/sites/${site.id}/`, { description: 'by hand', status: 'planned' });
  expect([reply.status, reply.headers.get('location')]).toEqual([303, `/dcim/sites/${site.id}/`]);
  expect(await netbox.get(`${sites}${site.id}/`)).toMatchObject({
    description: 'by hand',
    status: { value: 'planned' },
    name: site.name,
  });
  const [change] = await netbox.list(
    `${changes}?changed_object_type=dcim.site&changed_object_id=${site.id}&action=update`,
  );
  expect(change).toMatchObject({
    user_name: 'admin',
    prechange_data: { description: '' },
    postchange_data: { description: 'by hand' },
  });
});

it('says what is wrong with an edit, and keeps the object', async () => {
  const reply = await send(`${sim.url}/dcim/sites/${site.id}/`, { slug: 'not a slug' });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain('Enter a valid');
  expect(await netbox.get(`${sites}${site.id}/`)).toMatchObject({ slug: site.slug });
});

it('takes no form from another site', async () => {
  const reply = await send(
    `${sim.url}/dcim/sites/${site.id}/`,
    { description: 'x' },
    { Origin: 'http://elsewhere.example' },
  );
  expect(reply.status).toBe(403);
});

it('has no page for what is not there', async () => {
  expect((await fetch(`${sim.url}/dcim/devices/999/`)).status).toBe(404);
  expect((await fetch(`${sim.url}/nowhere/`)).status).toBe(404);
});
