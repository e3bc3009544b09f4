import { describe, expect, it } from 'vitest';
import { Model } from '../../tests/support/model.js';
import { applyEntities, type Entity, planEntities } from '../../tests/support/run.js';

const names = (model: Model, type: string): readonly string[] =>
  model
    .all(type)
    .map((one) => String(one.data.name))
    .sort();

describe('a tree asserted together with what hangs on it', () => {
  const eu: Entity = ['dcim.region', { name: 'EU', parent: 'World' }];
  const site: Entity = ['dcim.site', { name: 'S-EU', region: { name: 'DE', parent: { name: 'EU' } } }];
  it.each([[[eu, site]], [[site, eu]]])('has each name once, whatever comes first', (batch) => {
    const model = new Model();
    applyEntities(model, batch);
    expect(names(model, 'dcim.region')).toEqual(['DE', 'EU', 'World']);
  });

  it('is made under the key of who says less, so that two workers exclude each other', () => {
    const key = (...batch: readonly Entity[]) =>
      planEntities(new Model(), batch).changes.find(({ label, action }) => label === 'EU' && action === 'create')?.key;
    expect(key(eu)).toBe(key(site));
  });

  it('that leads back to itself has each name once too', () => {
    const model = new Model();
    applyEntities(model, [
      ['dcim.region', { name: 'RA', parent: 'RB' }],
      ['dcim.region', { name: 'RB', parent: 'RA' }],
    ]);
    expect(names(model, 'dcim.region')).toEqual(['RA', 'RB']);
  });
});
