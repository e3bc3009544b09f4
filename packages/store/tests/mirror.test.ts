import type { Lookup, Observed } from '@diode/engine';
import { leakCheck } from '@diode/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from './open-test-store.js';

leakCheck({ per: 'file' });

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.close());
beforeEach(() => t.store.clear());

const FRESH_MS = 60_000;

function site(id: number, over: Partial<Observed> = {}): Observed {
  return {
    objectType: 'dcim.site',
    id,
    url: `http://netbox/dcim/sites/${id}/`,
    data: { name: `DC${id}`, slug: `dc${id}`, odd: '\u0000' },
    lastUpdated: '2026-11-01T10:00:00.000Z',
    ...over,
  };
}

const bySlug = (slug: string): Lookup => ({
  key: `dcim.site|slug=${slug}`,
  objectType: 'dcim.site',
  by: { kind: 'fields', values: { slug }, fold: [] },
});
const byId = (id: number): Lookup => ({ key: `dcim.site|id=${id}`, objectType: 'dcim.site', by: { kind: 'id', id } });
const byAlias = (alias: string): Lookup => ({
  key: `dcim.site|~${alias}`,
  objectType: 'dcim.site',
  by: { kind: 'alias', alias },
});
const age = (id: number) => t.sql(`UPDATE mirror SET read_at = now() - interval '1 hour' WHERE netbox_id = $1`, [id]);

describe('the mirror', () => {
  it('answers by id and by key with what NetBox held, and leaves the rest open', async () => {
    await t.store.put([
      { observed: site(1), keys: ['dcim.site|slug=dc1', 'dcim.site|name=dc'] },
      { observed: site(2), keys: ['dcim.site|slug=dc2', 'dcim.site|name=dc'] },
    ]);
    const both: Lookup = { ...bySlug('x'), key: 'dcim.site|name=dc' };
    const answer = await t.store.lookup([byId(1), bySlug('dc2'), both, bySlug('dc9'), byId(9)], FRESH_MS);
    expect(Object.fromEntries(answer)).toEqual({
      'dcim.site|id=1': [site(1)],
      'dcim.site|slug=dc2': [site(2)],
      'dcim.site|name=dc': [site(1), site(2)],
    });
  });

  it('leaves a question open when one of its matches is stale: half an answer would hide an ambiguity', async () => {
    const shared = 'dcim.site|name=dc';
    await t.store.put([
      { observed: site(1), keys: [shared] },
      { observed: site(2), keys: [shared] },
    ]);
    await age(2);
    expect([...(await t.store.lookup([{ ...bySlug('x'), key: shared }, byId(1), byId(2)], FRESH_MS)).keys()]).toEqual([
      'dcim.site|id=1',
    ]);
  });

  it('replaces an object with its keys, and forgets', async () => {
    await t.store.put([{ observed: site(1), keys: ['dcim.site|slug=old', 'dcim.site|slug=kept'] }]);
    const renamed = site(1, { data: { name: 'new' } });
    await t.store.put([
      { observed: site(1), keys: ['dcim.site|slug=x'] },
      { observed: renamed, keys: ['dcim.site|slug=new', 'dcim.site|slug=kept'] },
    ]);
    const answer = await t.store.lookup(['old', 'kept', 'new', 'x'].map(bySlug), FRESH_MS);
    expect([...answer.keys()].sort()).toEqual(['dcim.site|slug=kept', 'dcim.site|slug=new']);
    expect(answer.get('dcim.site|slug=new')).toEqual([renamed]);
    await t.store.forget([{ objectType: 'dcim.site', id: 1 }]);
    expect((await t.store.lookup([byId(1), bySlug('kept')], FRESH_MS)).size).toBe(0);
    expect(await t.sql('SELECT * FROM mirror_keys')).toEqual([]);
  });

  it('clears one type or all', async () => {
    await t.store.put([
      { observed: site(1), keys: ['a'] },
      { observed: { ...site(1), objectType: 'dcim.device' }, keys: ['b'] },
    ]);
    await t.store.clear('dcim.site');
    expect((await t.store.stats()).map((s) => [s.objectType, s.count])).toEqual([['dcim.device', 1]]);
    await t.store.clear();
    expect(await t.store.stats()).toEqual([]);
  });

  it('takes many writers of the same objects', async () => {
    const objects = Array.from({ length: 50 }, (_, i) => ({ observed: site(i), keys: [`dcim.site|slug=dc${i}`] }));
    await Promise.all(Array.from({ length: 6 }, (_, i) => t.store.put(i % 2 === 0 ? objects : [...objects].reverse())));
    expect((await t.store.stats())[0]?.count).toBe(50);
  });
});

describe('an alias', () => {
  it('nobody recorded is known to lead nowhere; a recorded one leads to its object, or to the id to read', async () => {
    await t.store.putAliases([
      { objectType: 'dcim.site', alias: 'head office', netboxId: 1 },
      { objectType: 'dcim.site', alias: 'far away', netboxId: 2 },
    ]);
    await t.store.put([{ observed: site(1), keys: [] }]);
    const answer = await t.store.lookup([byAlias('head office'), byAlias('far away'), byAlias('nowhere')], FRESH_MS);
    expect(answer.get('dcim.site|~head office')).toEqual([site(1)]);
    expect(answer.get('dcim.site|~nowhere')).toEqual([]);
    expect(answer.has('dcim.site|~far away')).toBe(false);
    const asked = [
      { objectType: 'dcim.site', alias: 'far away' },
      { objectType: 'dcim.site', alias: 'nowhere' },
    ];
    expect(await t.store.aliasTargets(asked)).toEqual([{ objectType: 'dcim.site', alias: 'far away', netboxId: 2 }]);
  });

  it('outlives the mirror and can be pointed elsewhere', async () => {
    await t.store.putAliases([{ objectType: 'dcim.site', alias: 'hq', netboxId: 1 }]);
    await t.store.putAliases([{ objectType: 'dcim.site', alias: 'hq', netboxId: 3 }]);
    await t.store.clear();
    expect(await t.store.aliasTargets([{ objectType: 'dcim.site', alias: 'hq' }])).toMatchObject([{ netboxId: 3 }]);
  });
});

describe('settings', () => {
  it('come back as they were put, null when nobody did', async () => {
    expect(await t.store.getSetting('mode')).toBeNull();
    await t.store.putSetting('mode', { is: 'observe', nul: '\u0000' });
    await t.store.putSetting('mode', { is: 'write', nul: '\u0000' });
    expect(await t.store.getSetting('mode')).toEqual({ is: 'write', nul: '\u0000' });
  });
});
