import { describe, expect, it } from 'vitest';
import { Model } from '../../tests/support/model.js';
import { applyEntities, changeOf, type Entity, planEntities, verdicts } from '../../tests/support/run.js';

const device = (data: object): Entity => ['dcim.device', { name: 'A', device_type: 'X', site: 'DC1', ...data }];

describe('a reference as an object', () => {
  it('takes an id as text, as a CSV has it', () => {
    const model = new Model();
    const id = model.put('dcim.site', { name: 'DC1', slug: 'dc1' });
    expect(changeOf(planEntities(model, [device({ site: { id: String(id) } })])).fields.site?.to).toBe(id);
  });

  it('tells a field its type does not have, with its place', () => {
    const change = changeOf(planEntities(new Model(), [device({ site: { name: 'DC1', regoin: 'EU' } })]));
    expect(change.fields['site.regoin']).toMatchObject({ verdict: 'unknown' });
  });

  it.each([
    ['dcim.device', 'seriall', 'serial'],
    ['dcim.device', 'Asset-Tag', 'asset_tag'],
    ['dcim.device', 'device_role', 'role'],
    ['ipam.prefix', 'site', 'scope'],
    ['ipam.ipaddress', 'interface', 'assigned_object'],
  ])('of %s %s asks whether %s was meant', (type, key, meant) => {
    const change = changeOf(
      planEntities(new Model(), [[type, { name: 'A', address: '192.0.2.1', prefix: '192.0.2.0/24', [key]: 'x' }]]),
    );
    expect(change.fields[key]?.reason).toContain(`did you mean ${meant}?`);
  });

  it('says nothing of what NetBox itself adds to an object it shows', () => {
    const shown = { id: 1, url: 'http://netbox/api/dcim/sites/1/', name: 'DC1', device_count: 3, _depth: 0 };
    const model = new Model();
    model.put('dcim.site', { name: 'DC1', slug: 'dc1' });
    const { id: _, ...withoutId } = shown;
    for (const site of [shown, withoutId]) {
      const change = changeOf(planEntities(model, [device({ site })]));
      expect(Object.values(verdicts(change))).not.toContain('unknown');
    }
  });
});

describe('what is wrong with a reference', () => {
  it('is said once for an address that is none', () => {
    const [outcome] = planEntities(new Model(), [device({ primary_ip4: 'foo' })]).outcomes;
    expect(outcome?.problems.map((one) => one.detail)).toEqual(['primary_ip4: "foo" is no IPv4 address']);
  });

  it('names a VLAN by its number when it has no name, and tells a number from an id', () => {
    const port = (untagged_vlan: number | object): Entity => [
      'dcim.interface',
      { device: 'A', name: 'e0', type: 'other', untagged_vlan } as Entity[1],
    ];
    const model = new Model();
    applyEntities(model, [device({})]);
    expect(changeOf(planEntities(model, [port({ vid: 20 })])).fields.untagged_vlan?.reason).toContain('no vlan 20,');
    expect(changeOf(planEntities(model, [port(20)])).problems[0]?.remedy).toContain('{"vid": 20}');
  });
});
