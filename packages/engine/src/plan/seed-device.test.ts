import { describe, expect, it } from 'vitest';
import { Model } from '../../tests/support/model.js';
import { at, policyWith } from '../../tests/support/policy.js';
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
import type { TypePolicy } from '../policy-contract.js';

const custom = (name: string, more: Partial<TypePolicy['customFields'][number]> = {}) => ({
  name,
  source: null,
  default: undefined,
  format: null,
  type: null,
  minIntervalSeconds: 86_400,
  origin: at('transformations.yml', 30),
  ...more,
});
const REQUIRED = ['name', 'device_type', 'site'].map((field) => ({
  field,
  origin: at('sync-policies.yml', 8, 'fields.required'),
}));
const POLICY = policyWith({
  types: {
    'dcim.device': {
      required: REQUIRED,
      customFields: [
        custom('intent_managed', { default: false }),
        custom('automation_enabled'),
        custom('last_seen', { format: 'iso8601' }),
      ],
    },
  },
});

const DEVICE: Entity = [
  'dcim.device',
  {
    name: 'SWITCH-01',
    device_type: 'Cisco Catalyst 9300',
    site: 'DC1',
    serial: 'FCW1234A5B6',
    primary_ip4: '10.1.1.100',
    custom_fields: { intent_managed: true, automation_enabled: true },
  },
];

describe("the seed's device, field by field (READING)", () => {
  it('comes to NetBox with all it hangs on, and a second run writes nothing', () => {
    const model = new Model();
    applyEntities(model, [DEVICE], POLICY);
    expect(model.print()).toEqual([
      'dcim.device custom_fields={"intent_managed":true,"automation_enabled":true} device_type="Catalyst 9300" name="SWITCH-01" primary_ip4="10.1.1.100/32" role="Unknown" serial="FCW1234A5B6" site="DC1" status="active"',
      expect.stringContaining('dcim.devicerole'),
      expect.stringContaining('manufacturer="Cisco" model="Catalyst 9300" slug="catalyst-9300"'),
      expect.stringContaining('device="SWITCH-01"'),
      'dcim.manufacturer name="Cisco" slug="cisco"',
      'dcim.site name="DC1" slug="dc1" status="active"',
      expect.stringContaining('name="automation_enabled" object_types=["dcim.device"]'),
      expect.stringContaining('name="intent_managed" object_types=["dcim.device"]'),
      'ipam.ipaddress address="10.1.1.100/32" assigned_object_id="mgmt0" assigned_object_type="dcim.interface" status="active"',
    ]);
    const again = planEntities(model, [DEVICE], POLICY);
    expect(again.changes.map((change) => change.action)).toEqual(['noop']);
    expect(new Set(Object.values(verdicts(changeOf(again))))).toEqual(new Set(['equal']));
  });

  it('sets the primary address last, after interface and address', () => {
    const plan = planEntities(new Model(), [DEVICE], POLICY);
    const level = (type: string) => plan.changes.find((change) => change.objectType === type)?.level ?? -1;
    expect(changeOf(plan).late).toEqual(['primary_ip4']);
    expect(level('dcim.device')).toBeLessThan(level('dcim.interface'));
    expect(level('dcim.interface')).toBeLessThan(level('ipam.ipaddress'));
    expect(plan.outcomes[0]?.also).toHaveLength(8);
  });

  it('gives a default role and says that it is one; a device that exists keeps its own', () => {
    const model = new Model();
    expect(verdicts(changeOf(applyEntities(model, [DEVICE], POLICY))).role).toBe('defaulted');
    expect(verdicts(changeOf(planEntities(model, [DEVICE], POLICY))).role).toBeUndefined();
  });

  it('sets a declared default of a custom field on create only', () => {
    const model = new Model();
    const bare: Entity = ['dcim.device', { name: 'A', device_type: 'X', site: 'DC1' }];
    applyEntities(model, [bare], POLICY);
    const device = model.all('dcim.device')[0];
    expect(device?.data.custom_fields).toEqual({ intent_managed: false });
    model.objects.set(`dcim.device#${device?.id}`, {
      ...device!,
      data: { ...device?.data, custom_fields: { intent_managed: true } },
    });
    expect(changeOf(planEntities(model, [bare], POLICY)).action).toBe('noop');
  });

  it('makes a declared custom field with the type its default, format or value says', () => {
    const model = new Model();
    const data = {
      name: 'A',
      device_type: 'X',
      site: 'S',
      custom_fields: { automation_enabled: 3, last_seen: '2026-11-25T10:00:00Z' },
    };
    applyEntities(model, [['dcim.device', data]], POLICY);
    const types = Object.fromEntries(model.all('extras.customfield').map((one) => [one.data.name, one.data.type]));
    expect(types).toEqual({ intent_managed: 'boolean', automation_enabled: 'integer', last_seen: 'datetime' });
  });

  it('adds the type to a declared custom field NetBox has for other types', () => {
    const model = new Model();
    model.put('extras.customfield', { name: 'automation_enabled', type: 'boolean', object_types: ['dcim.site'] });
    applyEntities(model, [DEVICE], POLICY);
    const field = model.all('extras.customfield').find((one) => one.data.name === 'automation_enabled');
    expect(field?.data.object_types).toEqual(['dcim.device', 'dcim.site']);
    expect(field?.data.type).toBe('boolean');
  });

  it('answers an undeclared custom field with a verdict, and goes on', () => {
    const plan = planEntities(
      new Model(),
      [['dcim.device', { ...DEVICE[1], custom_fields: { rack_color: 'red' } }]],
      POLICY,
    );
    expect(changeOf(plan).action).toBe('create');
    expect(verdicts(changeOf(plan))['custom_fields.rack_color']).toBe('unknown');
  });

  it('writes a stamp at most once in its interval, unless something else is written too', () => {
    const model = new Model();
    const seen = (time: string, serial = 'S1'): Entity => [
      'dcim.device',
      { name: 'A', device_type: 'X', site: 'S', serial, custom_fields: { last_seen: time } },
    ];
    applyEntities(model, [seen('2026-11-25T00:00:00Z')], POLICY);
    const soon = changeOf(planEntities(model, [seen('2026-11-25T10:00:00Z')], POLICY));
    expect([soon.action, verdicts(soon)['custom_fields.last_seen']]).toEqual(['noop', 'kept']);
    expect(written(changeOf(planEntities(model, [seen('2026-11-26T00:00:01Z')], POLICY)))).toEqual([
      'custom_fields.last_seen',
    ]);
    expect(written(changeOf(planEntities(model, [seen('2026-11-25T10:00:00Z', 'S2')], POLICY)))).toEqual([
      'custom_fields.last_seen',
      'serial',
    ]);
  });

  it('makes Test Switch at Test Site: manufacturer Unknown, slug test-site, default role', () => {
    const model = new Model();
    applyEntities(
      model,
      [
        [
          'dcim.device',
          { name: 'TEST-SWITCH-01', device_type: 'Test Switch', site: 'Test Site', serial: 'TEST123456' },
        ],
      ],
      POLICY,
    );
    expect(model.print()).toContain('dcim.site name="Test Site" slug="test-site" status="active"');
    expect(model.print().some((line) => line.includes('manufacturer="Unknown" model="Test Switch"'))).toBe(true);
  });

  it('rejects a device of which only the name is said, with a pointer to each field, and makes nothing', () => {
    const model = new Model();
    const plan = applyEntities(model, [['dcim.device', { name: 'TEST-DEVICE-1' }]], POLICY);
    const change = changeOf(plan);
    expect(change.action).toBe('reject');
    expect(change.problems.map((one) => [one.pointer, one.code])).toEqual([
      ['/device_type', 'required'],
      ['/site', 'required'],
    ]);
    expect(plan.changes).toHaveLength(1);
    expect(model.objects.size).toBe(0);
  });

  it('takes a device of which only the name is said for the one NetBox has; of several it holds', () => {
    const model = new Model();
    applyEntities(model, [DEVICE], POLICY);
    expect(changeOf(planEntities(model, [['dcim.device', { name: 'switch-01' }]], POLICY)).action).toBe('noop');
    applyEntities(model, [['dcim.device', { ...DEVICE[1], site: 'DC2', primary_ip4: '10.1.1.101' }]], POLICY);
    const change = changeOf(planEntities(model, [['dcim.device', { name: 'SWITCH-01' }]], POLICY));
    expect([change.action, change.problems[0]?.code]).toEqual(['hold', 'ambiguous']);
    expect(change.problems[0]?.detail).toContain('http://netbox/dcim.device/');
  });

  it('makes nothing for an entity that is rejected, not even its site', () => {
    const model = new Model();
    const plan = applyEntities(model, [['dcim.device', { name: 'A', site: 'NEW' }]], POLICY);
    expect([changeOf(plan).action, model.objects.size, plan.outcomes[0]?.also]).toEqual(['reject', 0, []]);
  });

  it('lets a default of the policy meet what is required', () => {
    const policy = policyWith({
      types: {
        'ipam.ipaddress': {
          required: [{ field: 'status', origin: at('sync-policies.yml', 20) }],
          defaults: { status: { value: 'reserved', origin: at('sync-policies.yml', 21) } },
        },
      },
    });
    const change = changeOf(planBatch(new Model(), [ready('ipam.ipaddress', { address: '10.0.0.1/24' })], policy));
    expect([
      change.action,
      change.fields.status?.verdict,
      change.fields.status?.to,
      change.fields.status?.rule,
    ]).toEqual(['create', 'defaulted', 'reserved', 'sync-policies.yml:21']);
  });
});
