import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const DEVICE = { name: 'SW-1', device_type: 'Cisco Catalyst 9300', site: 'DC1', role: 'Access' };

describe('references in a receipt', () => {
  it('have a name beside the id when they are written, replaced and found equal', async () => {
    const { app } = await world.worker();
    const made = await world.one('dcim.device', { ...DEVICE, management_ip: '10.0.0.1' });
    const id = expect.any(Number);
    expect(made.fields).toMatchObject({
      name: { from: null, to: 'SW-1' },
      device_type: { from: null, to: { id, display: 'Catalyst 9300' } },
      site: { from: null, to: { id, display: 'DC1' } },
      role: { to: { id, display: 'Access' } },
      primary_ip4: { to: { id, display: '10.0.0.1/32' } },
    });
    const moved = await world.one('dcim.device', { ...DEVICE, role: 'Core', tags: ['a', 'b'] });
    expect(moved.fields).toMatchObject({
      role: { verdict: 'written', from: { id, display: 'Access' }, to: { id, display: 'Core' } },
      tags: { to: ['a', 'b'] },
      site: { verdict: 'equal', from: { id, display: 'DC1' }, to: { id, display: 'DC1' } },
    });
    const syncId = await world.send([{ type: 'dcim.device', data: { ...DEVICE, role: 'Core' } }]);
    await world.receipts(syncId);
    const [same] = (await app.inject({ url: `/api/v1/sync/${syncId}/status` })).json().entities;
    expect(same).toMatchObject({ state: 'unchanged', fields: { role: { to: { id, display: 'Core' } } } });
  });

  it('of what a dry run would make have a name and no id', async () => {
    await world.worker();
    const receipt = await world.one('dcim.device', DEVICE, { dryRun: true });
    expect(receipt.fields.site).toMatchObject({ from: null, to: { id: null, display: 'DC1' } });
  });

  it('name both ends of an assignment, by its type', async () => {
    await world.worker();
    await world.one('dcim.device', DEVICE);
    const address = await world.one('ipam.ipaddress', {
      address: '10.0.0.9/24',
      assigned_object: { interface: { name: 'Ethernet1', device: { name: 'SW-1', site: 'DC1' } } },
    });
    expect(address.fields).toMatchObject({
      address: { to: '10.0.0.9/24' },
      assigned_object_type: { to: 'dcim.interface' },
      assigned_object_id: { to: { id: expect.any(Number), display: 'Ethernet1' } },
    });
  });

  it('cost NetBox no question of their own', async () => {
    await world.worker({ tuning: { feedIntervalMs: 60_000 } });
    await world.one('dcim.device', DEVICE);
    await world.one('dcim.device', DEVICE);
    world.sim.control.resetRequests();
    await world.one('dcim.device', { ...DEVICE, serial: 'X1' });
    expect(
      world.sim.control
        .requests()
        .filter((one) => one.method === 'GET')
        .map((one) => one.path),
    ).toEqual(['/api/dcim/devices/']);
  });
});
