import { allObjectTypes } from '@diode/catalogue';
import { describe, expect, it } from 'vitest';
import { inDependencyOrder } from './dependency-order.js';
import { makeStages } from './stages.js';

const record = (type: string) => ({ where: 'line 1', source: null, entity: { object_type: type, data: {} } });
const staged = (types: readonly string[]) => {
  const startsStage = makeStages();
  return types.map((type) => startsStage(record(type)));
};

describe('the order of types', () => {
  it('has each type once, after all it refers to', () => {
    const order = inDependencyOrder();
    expect(new Set(order)).toEqual(new Set(allObjectTypes()));
    for (const [i, row] of order.entries()) {
      const needed = row.fields.filter((f) => f.late !== true).flatMap((f) => f.to ?? []);
      for (const name of needed) {
        const at = order.findIndex((other) => other.name === name);
        expect(at <= i, `${row.name} comes before ${name}`).toBe(true);
      }
    }
    const names = order.map((row) => row.collection);
    expect(names.indexOf('custom-fields')).toBeLessThan(names.indexOf('sites'));
    expect(names.indexOf('interfaces')).toBeLessThan(names.indexOf('ip-addresses'));
  });
});

describe('stages of a file', () => {
  it('begin with each type of a file that is in order, and once more for what points back', () => {
    expect(staged(['sites', 'sites', 'dcim.device', 'interfaces', 'devices', 'interfaces'])).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('end where a file turns out to have no order', () => {
    const types = ['devices', 'sites', 'devices', 'sites', 'devices', 'sites'];
    expect(staged(types)).toEqual([false, true, true, false, false, false]);
  });

  it('are none for types nobody knows', () => {
    expect(staged(['sites', 'gadgets', 'sites'])).toEqual([false, false, false]);
  });
});
