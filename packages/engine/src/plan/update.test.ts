import { describe, expect, it } from 'vitest';
import { Model } from '../../tests/support/model.js';
import {
  applyEntities,
  changeOf,
  type Entity,
  planBatch,
  planEntities,
  ready,
  verdicts,
  written,
} from '../../tests/support/run.js';

describe('a change of an object that exists', () => {
  it('sends what differs, and nothing else', () => {
    const model = new Model();
    applyEntities(model, [['dcim.site', { name: 'DC1', status: 'active', facility: 'F', description: 'd' }]]);
    const change = changeOf(planEntities(model, [['dcim.site', { name: 'DC1', status: 'planned', facility: 'F' }]]));
    expect([change.action, written(change)]).toEqual(['update', ['status']]);
    expect(change.fields.status).toMatchObject({ from: 'active', to: 'planned', rule: 'asserted' });
    expect(verdicts(change)).toEqual({ name: 'equal', status: 'written', facility: 'equal' });
  });

  it('takes absence for no opinion and null for clear (I7)', () => {
    const model = new Model();
    applyEntities(model, [['dcim.site', { name: 'DC1', description: 'd', region: 'Europe', time_zone: 'UTC' }]]);
    expect(changeOf(planEntities(model, [['dcim.site', { name: 'DC1' }]])).action).toBe('noop');
    applyEntities(model, [['dcim.site', { name: 'DC1', description: null, region: null, time_zone: null }]]);
    expect(model.all('dcim.site')[0]?.data).toMatchObject({ description: '', region: null, time_zone: null });
  });

  it('leaves the mask alone when an address is said without one', () => {
    const model = new Model();
    applyEntities(model, [['ipam.ipaddress', { address: '192.0.2.5/24' }]]);
    expect(changeOf(planEntities(model, [['ipam.ipaddress', { address: '192.0.2.5' }]])).action).toBe('noop');
    const said = changeOf(planEntities(model, [['ipam.ipaddress', { address: '192.0.2.5/25' }]]));
    expect(written(said)).toEqual(['address']);
  });

  it('merges custom fields key by key; null clears one', () => {
    const model = new Model();
    for (const name of ['a', 'b']) model.put('extras.customfield', { name, type: 'text', object_types: ['dcim.site'] });
    applyEntities(model, [['dcim.site', { name: 'DC1', custom_fields: { a: '1', b: '2' } }]]);
    const change = changeOf(applyEntities(model, [['dcim.site', { name: 'DC1', custom_fields: { a: null } }]]));
    expect(written(change)).toEqual(['custom_fields.a']);
    expect(model.all('dcim.site')[0]?.data.custom_fields).toEqual({ a: null, b: '2' });
  });

  it('does not write a custom field NetBox has for other types', () => {
    const model = new Model();
    model.put('extras.customfield', { name: 'a', type: 'text', object_types: ['dcim.rack'] });
    const change = changeOf(planEntities(model, [['dcim.site', { name: 'DC1', custom_fields: { a: '1' } }]]));
    expect(change.fields['custom_fields.a']).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('not for dcim.site'),
    });
  });

  it('makes tags that are missing and writes the set', () => {
    const model = new Model();
    model.put('extras.tag', { name: 'Core', slug: 'core' });
    applyEntities(model, [['dcim.site', { name: 'DC1', tags: ['Core', 'Very New', { name: 'x', slug: 'y' }] }]]);
    expect(model.all('dcim.site')[0]?.data.tags).toEqual(['core', 'very-new', 'y']);
    expect(
      changeOf(planEntities(model, [['dcim.site', { name: 'DC1', tags: ['Very New', 'y', 'Core'] }]])).action,
    ).toBe('noop');
    applyEntities(model, [['dcim.site', { name: 'DC1', tags: [] }]]);
    expect(model.all('dcim.site')[0]?.data.tags).toEqual([]);
  });

  it('changes nothing of an object that is only referred to', () => {
    const model = new Model();
    applyEntities(model, [['dcim.site', { name: 'DC1', status: 'active' }]]);
    const plan = planEntities(model, [
      [
        'dcim.rack',
        { name: 'R1', site: { name: 'DC1', status: 'planned', region: { name: 'Nowhere' }, tags: ['new'] } },
      ],
    ]);
    expect(plan.changes.map((change) => change.objectType)).toEqual(['dcim.rack']);
  });
});

describe('references that point every way', () => {
  it('takes a generic reference by model, by pair, and as {type, id}', () => {
    const model = new Model();
    const site = model.put('dcim.site', { name: 'DC1', slug: 'dc1' });
    const spellings = [
      { scope: { site: 'DC1' } },
      { scope: { 'dcim.site': { id: site } } },
      { scope: { type: 'dcim.site', id: site } },
      { scope_type: 'dcim.site', scope_id: site },
    ];
    for (const spelling of spellings) {
      const change = changeOf(planEntities(model, [['ipam.prefix', { prefix: '10.0.0.0/8', ...spelling }]]));
      expect([change.fields.scope_type?.to, change.fields.scope_id?.to]).toEqual(['dcim.site', site]);
    }
    applyEntities(model, [['ipam.prefix', { prefix: '10.0.0.0/8', scope: { site: 'DC1' } }]]);
    applyEntities(model, [['ipam.prefix', { prefix: '10.0.0.0/8', scope: null }]]);
    expect(model.all('ipam.prefix')[0]?.data).toMatchObject({ scope_type: null, scope_id: null });
  });

  it('says what a generic reference may point at', () => {
    const plan = planEntities(new Model(), [
      ['ipam.prefix', { prefix: '10.0.0.0/8', scope: { rack: 'R1' } }],
      ['ipam.prefix', { prefix: '10.0.0.0/8', scope_id: 4 }],
    ]);
    expect(plan.outcomes.map((one) => [one.change, one.problems[0]?.pointer])).toEqual([
      [null, '/scope/rack'],
      [null, '/scope_id'],
    ]);
    expect(plan.outcomes[0]?.problems[0]?.remedy).toContain('site');
  });

  it('makes a circle in two steps where one side can wait, and refuses an object that names itself', () => {
    const model = new Model();
    const port = (name: string, more: object): Entity => [
      'dcim.interface',
      { device: { name: 'A', site: 'DC1', device_type: 'X' }, name, type: 'other', ...more },
    ];
    const plan = applyEntities(model, [port('e1', { bridge: 'e2' }), port('e2', { bridge: 'e1' })]);
    expect(plan.changes.filter((change) => change.late.length > 0)).toHaveLength(1);
    const [one, two] = model.all('dcim.interface');
    expect([one?.data.bridge, two?.data.bridge].sort()).toEqual([one?.id, two?.id].sort());
    const self = changeOf(planEntities(new Model(), [['dcim.region', { name: 'R', parent: 'R' }]]));
    expect(verdicts(self).parent).toBe('unresolved');
  });

  it('builds a tree from its leaves', () => {
    const model = new Model();
    applyEntities(model, [
      ['dcim.region', { name: 'Berlin', parent: { name: 'Germany', parent: 'Europe' } }],
      ['dcim.location', { name: 'Room', site: 'DC1', parent: { name: 'Floor', parent: 'House' } }],
    ]);
    expect(model.all('dcim.region')).toHaveLength(3);
    expect(model.all('dcim.location').map((one) => one.data.site)).toEqual(
      Array(3).fill(model.all('dcim.site')[0]?.id),
    );
  });
});

describe('bad data', () => {
  it('is rejected with a pointer to it, and its neighbours go on (I11)', () => {
    const plan = planEntities(new Model(), [
      ['dcim.site', { name: 'DC1', status: 'up' }],
      ['dcim.rack', { name: 'R1', site: { name: 'DC2', status: 'up' }, width: 20 }],
      ['dcim.site', { name: 'DC3' }],
    ]);
    expect(plan.outcomes.map((one) => one.problems.map((problem) => problem.pointer))).toEqual([
      ['/status'],
      ['/site/status', '/width'],
      [],
    ]);
    expect(plan.changes.map((change) => change.label)).toEqual(['DC3']);
  });

  it('answers fields NetBox does not have with a verdict', () => {
    const change = changeOf(
      planEntities(new Model(), [['dcim.site', { name: 'DC1', colour: 'red', ['__proto__']: 1 }]]),
    );
    expect(change.fields.colour?.verdict).toBe('unknown');
    expect(change.action).toBe('create');
  });

  it('carries what policy refused and what it left out', () => {
    const entity = ready('dcim.site', { name: 'DC1' });
    if (entity.kind !== 'ready') throw new Error('not ready');
    const left = { ...entity, excluded: [{ field: 'asns', pointer: '/asns', rule: 'p.yml:1', reason: 'reserved' }] };
    expect(changeOf(planBatch(new Model(), [left])).fields.asns).toMatchObject({
      verdict: 'excluded',
      rule: 'p.yml:1',
    });
    const problems = [{ pointer: '/name', code: 'pattern', detail: 'd', remedy: 'r' }];
    const plan = planBatch(new Model(), [{ kind: 'rejected', assertion: entity.assertion, problems }]);
    expect(plan.outcomes[0]).toMatchObject({ change: null, key: 'DC1', problems });
  });
});
