import { until } from '@diode/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.js';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  await world.worker({ tuning: { makeByHalvesAfterMs: 300 } });
});
afterAll(() => world?.close());

describe('an entity that waits for another', () => {
  it('makes way for a later assertion about the same object, and loses nothing but its wait', async () => {
    const first = await world.send([
      { type: 'ipam.prefix', data: { prefix: '203.0.113.0/24', description: 'first', vlan: 'missing' } },
    ]);
    await until(async () => (await world.store.backlog()).counts.waiting === 1, { message: 'the first one waits' });
    const second = await world.send([{ type: 'ipam.prefix', data: { prefix: '203.0.113.0/24', status: 'reserved' } }]);
    const [late] = (await world.receipts(second)).entities;
    expect(late).toMatchObject({ state: 'applied', fields: { status: { verdict: 'written' } } });
    const [early] = (await world.receipts(first)).entities;
    expect(early).toMatchObject({
      state: 'held',
      fields: { description: { verdict: 'written' }, vlan: { verdict: 'unresolved' } },
    });
    expect(early?.error?.detail).toContain('missing');
    expect(await world.netbox('ipam/prefixes/?prefix=203.0.113.0/24')).toMatchObject([
      { description: 'first', status: { value: 'reserved' } },
    ]);
    expect((await world.store.backlog()).total).toBe(0);
  });

  it('goes on waiting while nobody stands behind it', async () => {
    await world.send([{ type: 'ipam.prefix', data: { prefix: '198.51.100.0/24', vlan: 'coming' } }]);
    await until(async () => (await world.netbox('ipam/prefixes/?prefix=198.51.100.0/24')).length === 1, {
      message: 'it is made by halves',
    });
    await until(async () => (await world.store.backlog()).counts.waiting === 1, { message: 'it waits on' });
    expect((await world.store.backlog()).total).toBe(1);
  });
});
