import { fileURLToPath } from 'node:url';
import { absentDefaults, type Prepared, prepare } from '@diode/engine';
import type { Channel, JsonObject } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from './load-policy.js';
import { formatMistakes } from './mistake.js';
import type { PolicyFiles } from './policy-files.js';

const SHIPPED = fileURLToPath(new URL('../../../config', import.meta.url));

function policyOf(from: string | PolicyFiles) {
  const loaded = loadPolicy(from);
  if (loaded.kind === 'invalid') throw new Error(formatMistakes(loaded.mistakes));
  return loaded.policy;
}

const shipped = policyOf(SHIPPED);

function prepared(
  objectType: string,
  data: JsonObject,
  o: { channel?: Channel; source?: string; policy?: typeof shipped } = {},
): Prepared {
  return prepare(
    {
      ref: { syncId: 's', index: 0 },
      source: o.source ?? 'external_system',
      channel: o.channel ?? 'http',
      objectType,
      data,
      observedAt: '2026-01-01T00:00:00Z',
      receivedAt: '2026-01-01T00:00:00Z',
      dryRun: false,
    },
    o.policy ?? shipped,
  );
}

function dataOf(...args: Parameters<typeof prepared>): JsonObject {
  const result = prepared(...args);
  if (result.kind !== 'ready') throw new Error(JSON.stringify(result.problems));
  return result.data;
}

const where = { source: 'external_system', channel: 'http' as const };

describe("the seed's device under the shipped files", () => {
  it('is upper-cased, keeps its site, and its management_ip becomes primary_ip4', () => {
    expect(
      dataOf('dcim.device', {
        name: 'switch-01',
        device_type: 'Cisco Catalyst 9300',
        site: 'DC1',
        serial: ' FCW1234A5B6 ',
        management_ip: '10.1.1.100',
        custom_fields: { intent_managed: true, automation_enabled: true },
      }),
    ).toEqual({
      name: 'SWITCH-01',
      device_type: 'Cisco Catalyst 9300',
      site: 'DC1',
      serial: 'FCW1234A5B6',
      primary_ip4: '10.1.1.100',
      custom_fields: { intent_managed: true, automation_enabled: true },
    });
  });

  it('an absent automation.enabled does not turn True into false', () => {
    const data = dataOf('dcim.device', { name: 'a', custom_fields: { intent_managed: true } });
    expect(data.custom_fields).toEqual({ intent_managed: true });
    expect(absentDefaults(data, shipped.typePolicy('dcim.device', where))).toEqual([]);
  });

  it('automation.enabled is read when the field itself is absent, and the default is for creates', () => {
    expect(dataOf('dcim.device', { name: 'a', automation: { enabled: true } })).toEqual({
      name: 'A',
      custom_fields: { intent_managed: true },
    });
    expect(absentDefaults({ name: 'A' }, shipped.typePolicy('dcim.device', where))).toMatchObject([
      { field: 'custom_fields.intent_managed', value: false, origin: { file: 'transformations.yml' } },
    ]);
  });

  it('discovery.timestamp becomes last_seen, in UTC, written at most once a day', () => {
    expect(dataOf('dcim.device', { discovery: { timestamp: '2026-01-31T13:00:00+01:00' } })).toEqual({
      custom_fields: { last_seen: '2026-01-31T12:00:00Z' },
    });
    const rule = shipped.typePolicy('dcim.device', where).customFields.find((one) => one.name === 'last_seen');
    expect(rule?.minIntervalSeconds).toBe(86_400);
  });

  it('a declared custom field beside the others is taken for one', () => {
    expect(dataOf('dcim.device', { automation_enabled: true })).toEqual({
      custom_fields: { automation_enabled: true },
    });
  });

  it('names in the words of the source are read as NetBox names', () => {
    expect(
      dataOf('dcim.device', { hostname: 'sw_01', device_model: 'X', location: 'datacenter1', mgmt_ip: '10.0.0.1' }),
    ).toEqual({
      name: 'SW-01',
      device_type: 'X',
      site: 'DC1',
      primary_ip4: '10.0.0.1',
    });
  });

  it('a name the pattern refuses ends rejected, with pointers', () => {
    expect(prepared('dcim.device', { hostname: 'bad name', site: 'DC1' })).toMatchObject({
      kind: 'rejected',
      problems: [{ pointer: '/hostname', code: 'pattern', detail: expect.stringContaining('sync-policies.yml:') }],
    });
  });

  it('what required names is not asked for here: it binds creates', () => {
    expect(prepared('dcim.device', { name: 'test-device-1' })).toMatchObject({ kind: 'ready' });
    expect(shipped.typePolicy('dcim.device', where).required.map((one) => one.field)).toEqual([
      'name',
      'device_type',
      'site',
    ]);
  });

  it('a lookup without a match keeps the value', () => {
    expect(dataOf('dcim.device', { site: 'DC7' })).toEqual({ site: 'DC7' });
    expect(dataOf('dcim.device', { site: { name: 'datacenter2' } })).toEqual({ site: { name: 'DC2' } });
  });

  it('both location and site: location keeps its NetBox meaning', () => {
    expect(dataOf('dcim.device', { location: 'Row 1', site: 'DC1' })).toEqual({ location: 'Row 1', site: 'DC1' });
  });

  it('preparing what was prepared changes nothing', () => {
    const once = dataOf('dcim.device', {
      hostname: 'sw_01',
      site: 'datacenter1',
      mgmt_ip: '10.0.0.1',
      automation: { enabled: true },
    });
    expect(dataOf('dcim.device', once)).toEqual(once);
  });
});

describe('the shipped rules inside references', () => {
  it('a device named by an interface is upper-cased too', () => {
    expect(dataOf('dcim.interface', { name: 'eth0', device: 'sw_01' })).toEqual({ name: 'eth0', device: 'SW-01' });
    expect(dataOf('dcim.interface', { name: 'eth0', device: { hostname: 'sw_01', site: 'datacenter1' } })).toEqual({
      name: 'eth0',
      device: { name: 'SW-01', site: 'DC1' },
    });
  });

  it('a management address in reserved space is left out of the device, and said so', () => {
    expect(prepared('dcim.device', { name: 'a', management_ip: '127.0.0.1' })).toMatchObject({
      kind: 'ready',
      data: { name: 'A' },
      excluded: [{ field: 'primary_ip4', pointer: '/management_ip' }],
    });
  });
});

describe('typed clients', () => {
  it('are neither renamed nor upper-cased nor checked by the shipped files', () => {
    const data = { name: 'switch 01', location: 'Row 1', site: 'datacenter1' };
    expect(dataOf('dcim.device', data, { channel: 'grpc' })).toEqual(data);
  });

  it('are never renamed, even by files that hold everywhere', () => {
    const policy = policyOf({
      'transformations.yml':
        'data_transformations:\n  devices:\n    field_mappings: {location: site}\n    value_transformations: {name: uppercase}\n',
    });
    expect(dataOf('dcim.device', { name: 'a', location: 'Row 1' }, { channel: 'grpc', policy })).toEqual({
      name: 'A',
      location: 'Row 1',
    });
  });
});

describe('addresses and VLANs under the shipped files', () => {
  it('reserved addresses are refused, private and documentation ones are not', () => {
    expect(prepared('ipam.ipaddress', { address: '127.0.0.1/8' })).toMatchObject({
      kind: 'rejected',
      problems: [{ pointer: '/address', code: 'filtered', remedy: expect.stringContaining('exclude_reserved') }],
    });
    for (const address of ['10.0.0.1/24', '192.0.2.1', '2001:db8::1/64']) {
      expect(prepared('ipam.ipaddress', { address })).toMatchObject({ kind: 'ready' });
    }
  });

  it('required: [status] is met by a default', () => {
    const rules = shipped.typePolicy('ipam.ipaddress', where);
    expect(rules.required.map((one) => one.field)).toContain('status');
    expect(absentDefaults({ address: '10.0.0.1/24' }, rules)).toMatchObject([{ field: 'status', value: 'active' }]);
  });

  it('vlan_id and vlan_name are mapped, ranges and patterns checked, all problems at once', () => {
    expect(dataOf('ipam.vlan', { vlan_id: 100, vlan_name: 'users' })).toEqual({ vid: 100, name: 'users' });
    expect(dataOf('ipam.vlan', { vlan_id: '100' })).toEqual({ vid: '100' });
    const refused = prepared('ipam.vlan', { vlan_id: 4095, name: 'no blanks' });
    expect(refused).toMatchObject({ kind: 'rejected' });
    if (refused.kind === 'rejected') {
      expect(refused.problems.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
        '/vlan_id range',
        '/name pattern',
      ]);
    }
  });
});

describe('applies_to', () => {
  const policy = policyOf({
    'sync-policies.yml': `
applies_to: {sources: [scanner]}
sync_policies:
  devices:
    transformations: {name: uppercase}
  sites:
    - applies_to: {channels: [grpc]}
      transformations: {name: lowercase}
    - applies_to: {channels: [http], sources: [cmdb]}
      transformations: {name: uppercase}
`,
  });

  it('of a file holds for its blocks, of a block instead of it', () => {
    expect(dataOf('dcim.device', { name: 'a' }, { policy, source: 'scanner' })).toEqual({ name: 'A' });
    expect(dataOf('dcim.device', { name: 'a' }, { policy, source: 'other' })).toEqual({ name: 'a' });
    expect(dataOf('dcim.site', { name: 'aB' }, { policy, source: 'other', channel: 'grpc' })).toEqual({ name: 'ab' });
    expect(dataOf('dcim.site', { name: 'aB' }, { policy, source: 'cmdb' })).toEqual({ name: 'AB' });
    expect(dataOf('dcim.site', { name: 'aB' }, { policy, source: 'scanner' })).toEqual({ name: 'aB' });
  });

  it('keeps one compiled policy for all sources no file names', () => {
    const one = policy.typePolicy('dcim.device', { source: 'x1', channel: 'http' });
    expect(policy.typePolicy('dcim.device', { source: 'x2', channel: 'http' })).toBe(one);
    expect(policy.typePolicy('dcim.device', { source: 'scanner', channel: 'http' })).not.toBe(one);
  });
});

describe('each transformation', () => {
  const name = (spec: string, value: unknown): unknown =>
    dataOf(
      'dcim.device',
      { name: value as string },
      {
        policy: policyOf({
          'transformations.yml': `data_transformations:\n  devices:\n    value_transformations:\n      name: ${spec}\n`,
        }),
      },
    ).name;

  it.each([
    ['uppercase', 'aß', 'ASS'],
    ['lowercase', 'AB', 'ab'],
    ['trim_whitespace', ' \ta b\n', 'a b'],
    ['[{type: replace, pattern: "_", replacement: "-"}]', 'a_b_c', 'a-b-c'],
    ['{type: replace, pattern: "^(\\\\w+)\\\\.example\\\\.org$", replacement: "$1"}', 'sw1.example.org', 'sw1'],
    ['{type: replace, pattern: ".", replacement: "$"}', 'ab', '$$'],
    ['{type: lookup, mapping: {a: b, "1": one}}', 'a', 'b'],
    ['{type: lookup, mapping: {a: b, 1: one}}', 1, 'one'],
    ['{type: lookup, mapping: {a: b}}', 'constructor', 'constructor'],
    ['[trim_whitespace, uppercase]', ' a ', 'A'],
    ['{type: format, format: iso8601}', '2026-01-31', '2026-01-31T00:00:00Z'],
    ['{type: format, format: iso8601}', 'no time', 'no time'],
    ['{type: default, value: x}', 'a', 'a'],
    ['uppercase', 5, 5],
    ['uppercase', true, true],
  ])('%s: %j becomes %j', (spec, from, to) => {
    expect(name(spec, from)).toEqual(to);
  });

  it('a default is for what nobody said, on create', () => {
    const policy = policyOf({
      'transformations.yml':
        'data_transformations:\n  devices:\n    value_transformations:\n      status: {type: default, value: planned}\n',
    });
    expect(dataOf('dcim.device', { name: 'a' }, { policy })).toEqual({ name: 'a' });
    const rules = policy.typePolicy('dcim.device', where);
    expect(absentDefaults({ name: 'a' }, rules)).toMatchObject([{ field: 'status', value: 'planned' }]);
    expect(absentDefaults({ name: 'a', status: null }, rules)).toEqual([]);
  });

  it('those of transformations.yml come before those of sync-policies.yml', () => {
    const policy = policyOf({
      'sync-policies.yml': 'sync_policies:\n  devices:\n    transformations: {name: uppercase}\n',
      'transformations.yml':
        'data_transformations:\n  devices:\n    value_transformations:\n      name: {type: lookup, mapping: {a: found, A: missed}}\n',
    });
    expect(dataOf('dcim.device', { name: 'a' }, { policy }).name).toBe('FOUND');
  });
});

it('a custom field says with which type it is made', () => {
  const policy = policyOf({
    'transformations.yml':
      'data_transformations:\n  devices:\n    custom_fields:\n      owner: {type: longtext, min_interval: 2h}\n',
  });
  expect(policy.typePolicy('dcim.device', where).customFields).toMatchObject([
    { name: 'owner', type: 'longtext', default: undefined, minIntervalSeconds: 7200 },
  ]);
});

it('enforce_case is off unless said', () => {
  const say = (text: string) => policyOf({ 'sync-policies.yml': text }).typePolicy('dcim.device', where).enforceCase;
  expect(say('')).toBe(false);
  expect(say('sync_policies:\n  devices:\n    enforce_case: true\n')).toBe(true);
  const conflict = policyOf({
    'conflict-resolution.yml': 'conflict_resolution:\n  per_model_policies:\n    devices: {enforce_case: true}\n',
  });
  expect(conflict.typePolicy('dcim.device', where).enforceCase).toBe(true);
});

it('create says what may be made as a reference, defaults what is then filled in', () => {
  const policy = policyOf({
    'reconciler.yml':
      'create: [sites, ipam.vrf]\ndefaults: {role: Leaf, manufacturers: [Acme], interface: {name: em0, type: virtual}}\n',
  });
  expect(policy.mayCreateReference('dcim.site')).toBe(true);
  expect(policy.mayCreateReference('ipam.vrf')).toBe(true);
  expect(policy.mayCreateReference('dcim.rack')).toBe(false);
  expect(policy.defaults).toEqual({
    role: 'Leaf',
    manufacturer: 'Unknown',
    manufacturers: ['Acme'],
    interfaceName: 'em0',
    interfaceType: 'virtual',
    origin: { file: 'reconciler.yml', line: 2, key: 'defaults' },
  });
});
