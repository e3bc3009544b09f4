import type { Assertion, Channel, JsonObject } from '@diode/protocol';
import { describe, expect, it } from 'vitest';
import type { Mapping, Policy, TypePolicy } from '../policy-contract.js';
import { absentDefaults } from './absent-defaults.js';
import { prepare } from './prepare.js';

const origin = { file: 'test.yml', line: 7, key: 'test' };

const EMPTY: TypePolicy = {
  mappings: [],
  transformations: [],
  customFields: [],
  defaults: {},
  excludePrivate: null,
  excludeReserved: null,
  required: [],
  checks: [],
  enforceCase: false,
};

function policyOf(types: Record<string, Partial<TypePolicy>>): Policy {
  const made = new Map(Object.entries(types).map(([name, rules]) => [name, { ...EMPTY, ...rules }]));
  return {
    kind: 'policy',
    version: 'test',
    typePolicy: (name) => made.get(name) ?? EMPTY,
    defaults: { role: '', manufacturer: '', manufacturers: [], interfaceName: '', interfaceType: '', origin },
    mayCreateReference: () => true,
  };
}

function assertion(objectType: string, data: JsonObject, channel: Channel = 'http'): Assertion {
  return {
    ref: { syncId: 's', index: 0 },
    source: 'test',
    channel,
    objectType,
    data,
    observedAt: '2026-01-01T00:00:00Z',
    receivedAt: '2026-01-01T00:00:00Z',
    dryRun: false,
  };
}

function dataOf(objectType: string, data: JsonObject, policy: Policy, channel: Channel = 'http'): JsonObject {
  const prepared = prepare(assertion(objectType, data, channel), policy);
  if (prepared.kind !== 'ready') throw new Error(JSON.stringify(prepared.problems));
  return prepared.data;
}

const mapping = (from: string, to: string): Mapping => ({ from: from.split('.'), to, origin });
const upper = (field: string) => ({
  field,
  origin,
  apply: (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : (value as null)),
});
const noBlank = (field: string) => ({
  field,
  origin,
  code: 'pattern',
  remedy: 'Leave blanks out.',
  test: (value: unknown) => (typeof value === 'string' && value.includes(' ') ? 'blank' : null),
});

describe('a mapping', () => {
  const policy = policyOf({
    'dcim.device': {
      mappings: [mapping('hostname', 'name'), mapping('location', 'site'), mapping('net.mgmt.addr', 'primary_ip4')],
    },
  });

  it('renames the source name, a path too, and removes what it read', () => {
    expect(dataOf('dcim.device', { hostname: 'a', net: { mgmt: { addr: '10.0.0.1' } } }, policy)).toEqual({
      name: 'a',
      primary_ip4: '10.0.0.1',
    });
    expect(dataOf('dcim.device', { net: { mgmt: { addr: '10.0.0.1', vrf: 'x' } } }, policy)).toEqual({
      net: { mgmt: { vrf: 'x' } },
      primary_ip4: '10.0.0.1',
    });
  });

  it('does not fire when the target is present, be it null', () => {
    expect(dataOf('dcim.device', { hostname: 'a', name: 'b' }, policy)).toEqual({ hostname: 'a', name: 'b' });
    expect(dataOf('dcim.device', { hostname: 'a', name: null }, policy)).toEqual({ hostname: 'a', name: null });
  });

  it('leaves the source name its own NetBox meaning when both are there', () => {
    const both = { location: 'Row 1', site: 'DC1' };
    expect(dataOf('dcim.device', both, policy)).toEqual(both);
  });

  it('does not fire when the value has not the shape of the target', () => {
    const row = { location: { name: 'Row 1', site: 'DC1' } };
    expect(dataOf('dcim.device', row, policy)).toEqual(row);
    expect(dataOf('dcim.device', { location: { slug: 'dc1' } }, policy)).toEqual({ site: { slug: 'dc1' } });
    expect(dataOf('dcim.device', { hostname: ['a'] }, policy)).toEqual({ hostname: ['a'] });
  });

  it('does not turn a cleared field of NetBox into the clearing of another', () => {
    expect(dataOf('dcim.device', { location: null }, policy)).toEqual({ location: null });
    expect(dataOf('dcim.device', { hostname: null }, policy)).toEqual({ name: null });
  });

  it('never touches typed messages', () => {
    expect(dataOf('dcim.device', { location: 'Row 1' }, policy, 'grpc')).toEqual({ location: 'Row 1' });
  });

  it('works inside references', () => {
    expect(dataOf('dcim.interface', { name: 'e1', device: { hostname: 'a' } }, policy)).toEqual({
      name: 'e1',
      device: { name: 'a' },
    });
  });
});

describe('the built-in names of the primary address', () => {
  it.each(['management_ip', 'mgmt_ip'])('%s is primary_ip4, or primary_ip6 by its family', (name) => {
    const policy = policyOf({});
    expect(dataOf('dcim.device', { [name]: '10.1.1.100' }, policy)).toEqual({ primary_ip4: '10.1.1.100' });
    expect(dataOf('dcim.device', { [name]: '2001:db8::1' }, policy)).toEqual({ primary_ip6: '2001:db8::1' });
    expect(dataOf('dcim.device', { [name]: { address: '2001:db8::1/64' } }, policy)).toEqual({
      primary_ip6: { address: '2001:db8::1/64' },
    });
    expect(dataOf('dcim.device', { [name]: null }, policy)).toEqual({ primary_ip4: null });
    expect(dataOf('dcim.device', { [name]: 'x', primary_ip4: '10.0.0.1' }, policy)).toEqual({
      [name]: 'x',
      primary_ip4: '10.0.0.1',
    });
  });
});

describe('a transformation', () => {
  it('changes text, and leaves absent and null alone (I7)', () => {
    const policy = policyOf({ 'dcim.device': { transformations: [upper('name')] } });
    expect(dataOf('dcim.device', { name: 'a' }, policy)).toEqual({ name: 'A' });
    expect(dataOf('dcim.device', { name: null }, policy)).toEqual({ name: null });
    expect(dataOf('dcim.device', {}, policy)).toEqual({});
  });

  it('of a reference changes its label, given as text or in an object', () => {
    const policy = policyOf({ 'dcim.device': { transformations: [upper('site')] } });
    expect(dataOf('dcim.device', { site: 'a' }, policy)).toEqual({ site: 'A' });
    expect(dataOf('dcim.device', { site: { name: 'a', slug: 'b' } }, policy)).toEqual({
      site: { name: 'A', slug: 'b' },
    });
    expect(dataOf('dcim.device', { site: { id: 3 } }, policy)).toEqual({ site: { id: 3 } });
  });

  it('of a list changes each element', () => {
    const policy = policyOf({ 'dcim.device': { transformations: [upper('tags')] } });
    expect(dataOf('dcim.device', { tags: ['a', { name: 'b' }, ['c']] }, policy)).toEqual({
      tags: ['A', { name: 'B' }, ['c']],
    });
  });

  it('of a type holds wherever that type is referred to', () => {
    const policy = policyOf({
      'dcim.device': { transformations: [upper('name')] },
      'dcim.site': { transformations: [upper('name')] },
    });
    expect(dataOf('dcim.interface', { name: 'e1', device: 'sw' }, policy)).toEqual({ name: 'e1', device: 'SW' });
    expect(dataOf('dcim.device', { site: 'dc1' }, policy)).toEqual({ site: 'DC1' });
    expect(
      dataOf(
        'ipam.ipaddress',
        { assigned_object: { interface: { name: 'e1', device: { name: 'sw', site: 'dc1' } } } },
        policy,
      ),
    ).toEqual({ assigned_object: { interface: { name: 'e1', device: { name: 'SW', site: 'DC1' } } } });
  });

  it('reaches into custom fields', () => {
    const policy = policyOf({ 'dcim.device': { transformations: [upper('custom_fields.owner')] } });
    expect(dataOf('dcim.device', { custom_fields: { owner: 'x', other: 'y' } }, policy)).toEqual({
      custom_fields: { owner: 'X', other: 'y' },
    });
  });
});

describe('a custom field', () => {
  const rule = {
    name: 'managed',
    source: ['automation', 'enabled'],
    default: false,
    format: null,
    type: null,
    minIntervalSeconds: 1,
    origin,
  };
  const seen = { ...rule, name: 'seen', source: ['discovery', 'at'], default: undefined, format: 'iso8601' as const };
  const policy = policyOf({ 'dcim.device': { customFields: [rule, seen] } });

  it('is the asserted value, else a field beside the others, else the value at its source', () => {
    expect(dataOf('dcim.device', { custom_fields: { managed: true }, automation: { enabled: false } }, policy)).toEqual(
      {
        custom_fields: { managed: true },
      },
    );
    expect(dataOf('dcim.device', { managed: true, automation: { enabled: false } }, policy)).toEqual({
      custom_fields: { managed: true },
    });
    expect(dataOf('dcim.device', { automation: { enabled: true, by: 'x' } }, policy)).toEqual({
      automation: { by: 'x' },
      custom_fields: { managed: true },
    });
  });

  it('stays as it was when its source is absent: the default is for creates', () => {
    expect(dataOf('dcim.device', { custom_fields: { managed: true } }, policy)).toEqual({
      custom_fields: { managed: true },
    });
    expect(dataOf('dcim.device', { name: 'a' }, policy)).toEqual({ name: 'a' });
    expect(absentDefaults({ name: 'a' }, policy.typePolicy('dcim.device', { source: '', channel: 'http' }))).toEqual([
      { field: 'custom_fields.managed', value: false, origin },
    ]);
    expect(
      absentDefaults(
        { custom_fields: { managed: null } },
        policy.typePolicy('dcim.device', { source: '', channel: 'http' }),
      ),
    ).toEqual([]);
  });

  it('with the format iso8601 holds a moment in UTC', () => {
    expect(dataOf('dcim.device', { discovery: { at: '2026-01-31 13:00:00+01:00' } }, policy)).toEqual({
      custom_fields: { seen: '2026-01-31T12:00:00Z' },
    });
    expect(prepare(assertion('dcim.device', { discovery: { at: 'today' } }), policy)).toMatchObject({
      kind: 'rejected',
      problems: [{ pointer: '/discovery/at', code: 'format' }],
    });
  });
});

describe('a filter', () => {
  const policy = policyOf({ 'ipam.ipaddress': { excludeReserved: origin } });

  it('refuses an asserted address', () => {
    expect(prepare(assertion('ipam.ipaddress', { address: '127.0.0.1/8' }), policy)).toMatchObject({
      kind: 'rejected',
      problems: [{ pointer: '/address', code: 'filtered' }],
    });
  });

  it('leaves a reference to such an address out, says so, and lets the object go on', () => {
    expect(prepare(assertion('dcim.device', { name: 'a', management_ip: '127.0.0.1' }), policy)).toMatchObject({
      kind: 'ready',
      data: { name: 'a' },
      excluded: [
        { field: 'primary_ip4', pointer: '/management_ip', rule: 'test.yml:7', reason: '127.0.0.1 is reserved' },
      ],
    });
    expect(dataOf('dcim.device', { name: 'a', primary_ip4: { address: '::1/128' } }, policy)).toEqual({ name: 'a' });
  });
});

describe('a check', () => {
  const policy = policyOf({
    'dcim.device': { checks: [noBlank('name'), noBlank('site')], mappings: [mapping('hostname', 'name')] },
  });

  it('refuses with the pointer of what the client sent, all problems at once', () => {
    expect(prepare(assertion('dcim.device', { hostname: 'a b', site: { name: 'c d' } }), policy)).toMatchObject({
      kind: 'rejected',
      problems: [
        { pointer: '/hostname', code: 'pattern', detail: 'blank (test.yml:7)', remedy: 'Leave blanks out.' },
        { pointer: '/site', code: 'pattern' },
      ],
    });
  });

  it('holds inside references', () => {
    expect(prepare(assertion('dcim.interface', { name: 'e', device: { name: 'a b' } }), policy)).toMatchObject({
      problems: [{ pointer: '/device/name' }],
    });
    expect(prepare(assertion('dcim.interface', { name: 'e', device: 'a b' }), policy)).toMatchObject({
      problems: [{ pointer: '/device' }],
    });
  });

  it('lets absent and null pass: whether a field may be empty is NetBox to say', () => {
    expect(prepare(assertion('dcim.device', { name: null }), policy).kind).toBe('ready');
  });
});

it('refuses references nested without end instead of exhausting the stack', () => {
  let region: JsonObject = { name: 'leaf' };
  for (let depth = 0; depth < 10_000; depth += 1) region = { parent: region };
  expect(prepare(assertion('dcim.region', region), policyOf({}))).toMatchObject({
    kind: 'rejected',
    problems: [{ code: 'too_deep' }],
  });
});

it('takes names that every JavaScript object has for names like any other', () => {
  const policy = policyOf({
    'dcim.device': { mappings: [mapping('constructor', 'name')], transformations: [upper('toString')] },
  });
  expect(dataOf('dcim.device', {}, policy)).toEqual({});
  const hostile = JSON.parse('{"__proto__": {"name": "x"}, "site": {"__proto__": {"name": "y"}}}') as JsonObject;
  const data = dataOf('dcim.device', hostile, policy);
  expect(Object.keys(data)).toEqual(['site']);
  expect(data.name).toBeUndefined();
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
});
