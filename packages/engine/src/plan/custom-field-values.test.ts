import type { JsonValue } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import { Model } from '../../tests/support/model.js';
import { applyEntities, changeOf, planEntities } from '../../tests/support/run.js';

function modelWith(type: string): Model {
  const model = new Model();
  model.put('extras.customfield', { name: 'a', type, object_types: ['dcim.site'] });
  return model;
}

const site = (value: JsonValue) => ['dcim.site', { name: 'DC1', custom_fields: { a: value } }] as const;

describe('the value of a custom field', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['integer', '5', 5],
    ['decimal', '1.50', 1.5],
    ['boolean', 'TRUE', true],
    ['text', 7, '7'],
    ['select', 7, '7'],
    ['date', '2026-01-31', '2026-01-31'],
    ['datetime', '2026-01-31T10:00:00', '2026-01-31T10:00:00'],
    ['datetime', '2026-01-31 10:00', '2026-01-31T10:00:00'],
    ['datetime', '2026-01-31', '2026-01-31T00:00:00'],
    ['datetime', '2026-01-31T10:00:00+02:00', '2026-01-31T10:00:00+02:00'],
    ['multiselect', ['b', 'a'], ['b', 'a']],
    ['object', { id: '3' }, 3],
    ['multiobject', [{ id: 3 }, 4], [3, 4]],
    ['json', { a: [1] }, { a: [1] }],
    ['integer', '', null],
  ])('of type %s is sent as NetBox takes it, and once', (type, said, sent) => {
    const model = modelWith(type);
    applyEntities(model, [site(said)]);
    const held = model.all('dcim.site')[0]?.data.custom_fields as Record<string, JsonValue> | undefined;
    expect(held?.a ?? null).toEqual(sent);
    expect(changeOf(planEntities(model, [site(said)])).action).toBe('noop');
  });

  it.each<[string, JsonValue]>([
    ['integer', 'x'],
    ['integer', 1.5],
    ['decimal', true],
    ['boolean', 'maybe'],
    ['text', ['a']],
    ['text', 'a\u0000'],
    ['json', { a: '\ud800' }],
    ['date', 'z'],
    ['datetime', 'yesterday'],
    ['datetime', '2026-01-31T25:00'],
    ['multiselect', 'a'],
    ['object', { name: 'DC1' }],
  ])('that a field of type %s cannot hold is refused by name, on create and on update', (type, said) => {
    const model = modelWith(type);
    for (const action of ['create', 'update']) {
      const change = changeOf(planEntities(model, [site(said)]));
      expect([action, change.action]).toEqual([action, 'reject']);
      expect(change.problems.map(({ pointer, code }) => [pointer, code])).toEqual([
        ['/custom_fields/a', 'invalid_value'],
      ]);
      expect(change.problems[0]?.remedy).not.toBe('');
      model.put('dcim.site', { name: 'DC1', slug: 'dc1' });
    }
  });
});
