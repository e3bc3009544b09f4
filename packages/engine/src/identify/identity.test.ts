import { describe, expect, it } from 'vitest';
import { Model } from '../../tests/support/model.js';
import { policyWith } from '../../tests/support/policy.js';
import { applyEntities, changeOf, type Entity, planEntities, verdicts, written } from '../../tests/support/run.js';

const device = (data: object): Entity => ['dcim.device', { name: 'A', device_type: 'X', site: 'DC1', ...data }];
const count = (model: Model, type: string): number => model.all(type).length;

describe('a reference by name', () => {
  it('finds by name, then by slug, whatever the case of the slug', () => {
    const model = new Model();
    const site = model.put('dcim.site', { name: 'Data Center 1', slug: 'dc1' });
    applyEntities(model, [device({})]);
    expect(model.all('dcim.device')[0]?.data.site).toBe(site);
    const named = model.put('dcim.site', { name: 'DC1', slug: 'other' });
    applyEntities(model, [device({ name: 'B' })]);
    expect(model.all('dcim.device')[1]?.data.site).toBe(named);
  });

  it('of several that may be meant is held, and nothing is made', () => {
    const model = new Model();
    const [red, blue] = ['red', 'blue'].map((name) => model.put('tenancy.tenantgroup', { name, slug: name }));
    for (const group of [red, blue]) model.put('tenancy.tenant', { name: 'ACME', slug: 'acme', group: group ?? 0 });
    const change = changeOf(applyEntities(model, [device({ tenant: 'ACME' })]));
    expect(verdicts(change).tenant).toBe('held');
    expect(change.problems.map((one) => [one.pointer, one.code])).toEqual([['/tenant', 'ambiguous']]);
    expect(count(model, 'tenancy.tenant')).toBe(2);
    expect(change.action).toBe('create');
  });

  it('holds the object when NetBox demands the reference', () => {
    const model = new Model();
    for (const maker of ['a', 'b']) {
      const id = model.put('dcim.manufacturer', { name: maker, slug: maker });
      model.put('dcim.devicetype', { manufacturer: id, model: 'X', slug: `x-${maker}` });
    }
    const plan = applyEntities(model, [device({})]);
    expect([changeOf(plan).action, changeOf(plan).problems[0]?.pointer]).toEqual(['hold', '/device_type']);
    expect(count(model, 'dcim.site')).toBe(0);
  });

  it('takes parts of a whole from the whole: a rack from the site of its device', () => {
    const model = new Model();
    const [one, two] = ['DC1', 'DC2'].map((name) => model.put('dcim.site', { name, slug: name.toLowerCase() }));
    const [, wanted] = [one, two].map((site) =>
      model.put('dcim.rack', { name: 'R1', site: site ?? 0, location: null }),
    );
    applyEntities(model, [device({ site: 'DC2', rack: 'R1' })]);
    expect(model.all('dcim.device')[0]?.data.rack).toBe(wanted);
    applyEntities(model, [['dcim.device', { name: 'A', rack: 'R2' }]]);
    expect(model.all('dcim.rack')[2]?.data).toMatchObject({ name: 'R2', site: two });
  });

  it('that may not be made is a verdict with a remedy', () => {
    const policy = policyWith({ mayCreate: (type) => type !== 'dcim.platform' });
    const change = changeOf(planEntities(new Model(), [device({ platform: 'EOS' })], policy));
    expect([change.action, verdicts(change).platform]).toEqual(['create', 'unresolved']);
    expect(change.problems[0]?.remedy).toContain('platforms');
    const held = changeOf(
      planEntities(new Model(), [device({})], policyWith({ mayCreate: (type) => type !== 'dcim.site' })),
    );
    expect([held.action, held.problems[0]?.code]).toEqual(['hold', 'reference_missing']);
  });

  it('that is asserted in the same batch may be made, whatever the order', () => {
    const policy = policyWith({ mayCreate: (type) => type !== 'dcim.site' });
    const site: Entity = ['dcim.site', { name: 'DC1', region: 'Europe' }];
    for (const batch of [
      [site, device({})],
      [device({}), site],
    ]) {
      const model = new Model();
      applyEntities(model, batch, policy);
      expect([count(model, 'dcim.site'), count(model, 'dcim.device')]).toEqual([1, 1]);
    }
  });

  it('by an id NetBox does not have is unresolved', () => {
    const change = changeOf(planEntities(new Model(), [device({ tenant: { id: 77 }, platform: 78 })]));
    expect([verdicts(change).tenant, verdicts(change).platform]).toEqual(['unresolved', 'unresolved']);
  });
});

describe('a device type by words', () => {
  const make = (model: Model, maker: string, name: string, slug: string): number => {
    const known = model.all('dcim.manufacturer').find((one) => one.data.name === maker);
    const id = known?.id ?? model.put('dcim.manufacturer', { name: maker, slug: maker.toLowerCase() });
    return model.put('dcim.devicetype', { manufacturer: id, model: name, slug });
  };
  const typeOf = (model: Model, words: string) => {
    const change = changeOf(planEntities(model, [device({ device_type: words })]));
    return change.fields.device_type?.to ?? null;
  };

  it.each([
    ['its slug', 'c9300'],
    ['its model, whatever the case', 'CATALYST 9300'],
    ['manufacturer and model', 'cisco catalyst 9300'],
  ])('is found by %s', (_, words) => {
    const model = new Model();
    const id = make(model, 'Cisco', 'Catalyst 9300', 'c9300');
    expect(typeOf(model, words)).toBe(id);
  });

  it('that two may be is held', () => {
    const model = new Model();
    make(model, 'Cisco', 'Catalyst 9300', 'catalyst-9300');
    make(model, 'Unknown', 'Cisco Catalyst 9300', 'other');
    const change = changeOf(planEntities(model, [device({ device_type: 'Cisco Catalyst 9300' })]));
    expect([change.action, change.problems[0]?.code]).toEqual(['hold', 'ambiguous']);
  });

  it('that NetBox lacks is made with the manufacturer its leading words name', () => {
    const model = new Model();
    model.put('dcim.manufacturer', { name: 'Arista Networks', slug: 'arista-networks' });
    applyEntities(model, [
      device({ device_type: 'Arista Networks 7280' }),
      device({ name: 'B', device_type: 'palo alto networks PA-220' }),
      device({ name: 'C', device_type: 'Nobody 5' }),
    ]);
    const lines = model.print().filter((line) => line.startsWith('dcim.devicetype'));
    expect(lines.map((line) => /manufacturer="(.*?)" model="(.*?)"/.exec(line)?.slice(1))).toEqual([
      ['Arista Networks', '7280'],
      ['Palo Alto Networks', 'PA-220'],
      ['Unknown', 'Nobody 5'],
    ]);
  });

  it('is remembered, so that a manufacturer who comes later makes no second type', () => {
    const model = new Model();
    applyEntities(model, [device({ device_type: 'Acme Box' })]);
    model.put('dcim.manufacturer', { name: 'Acme', slug: 'acme' });
    applyEntities(model, [device({ name: 'B', device_type: 'Acme  box' })]);
    expect(count(model, 'dcim.devicetype')).toBe(1);
  });
});

describe('identity', () => {
  it('holds a device name without regard to case, and says why it is not written', () => {
    const model = new Model();
    applyEntities(model, [device({ name: 'Core-1' })]);
    const change = changeOf(planEntities(model, [device({ name: 'CORE-1' })]));
    expect([change.action, change.fields.name?.rule]).toEqual(['noop', 'builtin.case_insensitive_name']);
    const strict = policyWith({ types: { 'dcim.device': { enforceCase: true } } });
    expect(written(changeOf(planEntities(model, [device({ name: 'CORE-1' })], strict)))).toEqual(['name']);
  });

  it('takes a device without a tenant for the one of that site, and another tenant for another device', () => {
    const model = new Model();
    applyEntities(model, [device({ tenant: 'ACME' })]);
    expect(changeOf(planEntities(model, [device({})])).action).toBe('noop');
    expect(changeOf(planEntities(model, [device({ tenant: 'Other' })])).action).toBe('create');
    const bare = new Model();
    applyEntities(bare, [device({})]);
    expect(written(changeOf(planEntities(bare, [device({ tenant: 'ACME' })])))).toEqual(['tenant']);
  });

  it('knows an address by its host, and corrects the mask', () => {
    const model = new Model();
    applyEntities(model, [['ipam.ipaddress', { address: '10.0.0.1/24' }]]);
    expect(written(changeOf(planEntities(model, [['ipam.ipaddress', { address: '10.0.0.1/25' }]])))).toEqual([
      'address',
    ]);
    expect(changeOf(planEntities(model, [['ipam.ipaddress', { address: '10.0.0.1/24', vrf: 'red' }]])).action).toBe(
      'create',
    );
  });

  it('by a strong key that would give the object the name of another is held', () => {
    const model = new Model();
    applyEntities(model, [
      ['dcim.site', { name: 'One', slug: 'one' }],
      ['dcim.site', { name: 'Two', slug: 'two' }],
    ]);
    const change = changeOf(planEntities(model, [['dcim.site', { name: 'Two', slug: 'one' }]]));
    expect([change.action, change.problems[0]?.code]).toEqual(['hold', 'ambiguous']);
    expect(written(changeOf(planEntities(model, [['dcim.site', { name: 'Uno', slug: 'one' }]])))).toEqual(['name']);
  });

  it('gives a taken slug a number, and holds a name that differs in case only', () => {
    const model = new Model();
    applyEntities(model, [['dcim.site', { name: 'DC 1' }]]);
    applyEntities(model, [['dcim.site', { name: 'DC-1' }]]);
    expect(model.all('dcim.site').map((one) => one.data.slug)).toEqual(['dc-1', 'dc-1-2']);
    expect(changeOf(planEntities(model, [['dcim.site', { name: 'dc 1' }]])).action).toBe('hold');
  });

  it('by an id is that object, or nothing', () => {
    const model = new Model();
    const id = model.put('dcim.site', { name: 'DC1', slug: 'dc1', description: '' });
    expect(written(changeOf(planEntities(model, [['dcim.site', { id, name: 'DC2' }]])))).toEqual(['name']);
    expect(changeOf(planEntities(model, [['dcim.site', { id: 99, name: 'DC2' }]])).problems[0]?.pointer).toBe('/id');
  });

  it('unites two assertions of one object: the later wins, field by field, and both hear of it', () => {
    const model = new Model();
    const plan = applyEntities(model, [
      ['dcim.site', { name: 'DC1', description: 'old', facility: 'F' }],
      ['dcim.site', { name: 'DC1', description: 'new' }],
    ]);
    expect(new Set(plan.outcomes.map((one) => one.change)).size).toBe(1);
    expect(model.all('dcim.site')[0]?.data).toMatchObject({ description: 'new', facility: 'F' });
  });

  it('asks in a handful of rounds, however many objects hang together', () => {
    const model = new Model();
    const batch = Array.from(
      { length: 200 },
      (_, index): Entity => [
        'ipam.ipaddress',
        {
          address: `10.0.${index}.1/24`,
          assigned_object: {
            interface: {
              name: 'e1',
              device: { name: `d${index % 7}`, device_type: 'X', site: { name: 'DC1', region: 'Europe' } },
            },
          },
        },
      ],
    );
    applyEntities(model, batch);
    expect(model.rounds).toBeLessThanOrEqual(8);
    model.rounds = 0;
    expect(planEntities(model, batch).changes.every((change) => change.action === 'noop')).toBe(true);
    expect(model.rounds).toBeLessThanOrEqual(6);
  });

  it('asks no second question when the first answers (I13)', () => {
    const model = new Model();
    applyEntities(model, [device({ serial: 'S' })]);
    model.asked = [];
    planEntities(model, [device({ serial: 'S' })]);
    expect(model.asked.map((one) => one.key)).toEqual([
      'dcim.devicetype|alias=x',
      'dcim.site|name=DC1',
      expect.stringMatching(/^dcim\.device\|site=\d+\|tenant!\|name~a$/),
    ]);
  });
});
