import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type NetboxSim, startNetboxSim } from '../src/index.js';
import { sites } from './contract/builders.js';
import { simToken } from './contract/contract.js';
import { NetboxUnderTest } from './contract/netbox-under-test.js';

let sim: NetboxSim;
let netbox: NetboxUnderTest;
beforeAll(async () => {
  sim = await startNetboxSim({ token: simToken, version: '4.4.9' });
  netbox = new NetboxUnderTest(sim.url, simToken);
});
afterAll(() => sim.close());
afterEach(() => sim.control.reset());

const site = { name: 'Site', slug: 'site' };
const isWrite = (method: string) => method === 'POST';

it('answers a status with Retry-After, as often as told', async () => {
  sim.control.fault({ kind: 'status', status: 429, retryAfter: '7', times: 1 });
  const reply = await netbox.send('GET', sites);
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '7']);
  expect((await netbox.send('GET', sites)).status).toBe(200);
});

it('answers a page instead of JSON until taken away', async () => {
  const remove = sim.control.fault({ kind: 'html', match: isWrite });
  const reply = await netbox.send('POST', sites, site);
  expect([reply.status, reply.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
  expect((await netbox.send('GET', sites)).status).toBe(200);
  remove();
  expect((await netbox.send('POST', sites, site)).status).toBe(201);
});

it('drops a request before it counts', async () => {
  sim.control.fault({ kind: 'drop', match: isWrite, times: 1 });
  await expect(netbox.send('POST', sites, site)).rejects.toThrow();
  expect(await netbox.list(sites)).toEqual([]);
});

it('drops the answer after the request counted', async () => {
  sim.control.fault({ kind: 'drop-after-commit', match: isWrite, times: 1 });
  await expect(netbox.send('POST', sites, site)).rejects.toThrow();
  expect(await netbox.list(sites)).toHaveLength(1);
});

it('never answers when it hangs, and takes the next request', async () => {
  sim.control.fault({ kind: 'hang', times: 1 });
  await expect(fetch(`${sim.url}${sites}`, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout|aborted/i);
  expect((await netbox.send('GET', sites)).status).toBe(200);
});

it('answers late', async () => {
  sim.control.fault({ kind: 'slow', delayMs: 150, times: 1 });
  const started = performance.now();
  expect((await netbox.send('GET', sites)).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThanOrEqual(140);
});

it('remembers requests and forgets them when told, and can be emptied', async () => {
  await netbox.send('POST', sites, site);
  await netbox.send('GET', `${sites}?limit=1`);
  expect(sim.control.requests()).toEqual([
    { method: 'POST', path: sites, status: 201 },
    { method: 'GET', path: sites, status: 200 },
  ]);
  sim.control.resetRequests();
  expect(sim.control.requests()).toEqual([]);
  sim.control.reset();
  expect(await netbox.list(sites)).toEqual([]);
});

it('names the version it was given', async () => {
  expect(await netbox.get('/api/status/')).toMatchObject({ 'netbox-version': '4.4.9' });
});

it('refuses what NetBox has and it has not, rather than guess', async () => {
  const made = await netbox.make('/api/ipam/prefixes/', { prefix: '10.0.0.0/8' });
  expect((await netbox.send('GET', `/api/ipam/prefixes/${made.id}/available-ips/`)).status).toBe(501);
  expect((await netbox.send('GET', '/api/ipam/vlans/?available_at_site=1')).status).toBe(501);
});
