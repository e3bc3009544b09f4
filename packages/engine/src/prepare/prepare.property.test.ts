import type { Assertion, JsonObject } from '@diode/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Policy, TypePolicy } from '../policy-contract.js';
import { prepare } from './prepare.js';

const origin = { file: 'test.yml', line: 1, key: 'test' };
const onText = (change: (text: string) => string) => (value: unknown) =>
  (typeof value === 'string' ? change(value) : value) as null;

/** Something of everything, each step the same when done twice. */
const EVERYTHING: TypePolicy = {
  mappings: [
    { from: ['hostname'], to: 'name', origin },
    { from: ['location'], to: 'site', origin },
    { from: ['a', 'b'], to: 'description', origin },
  ],
  transformations: [
    { field: 'name', apply: onText((text) => text.toUpperCase()), origin },
    { field: 'site', apply: onText((text) => text.trim()), origin },
    { field: 'custom_fields.owner', apply: onText((text) => text.trim()), origin },
  ],
  customFields: [
    { name: 'owner', source: ['a', 'owner'], default: 'x', format: null, type: null, minIntervalSeconds: 0, origin },
    {
      name: 'seen',
      source: ['seen_at'],
      default: undefined,
      format: 'iso8601',
      type: null,
      minIntervalSeconds: 0,
      origin,
    },
  ],
  defaults: { status: { value: 'active', origin } },
  excludePrivate: origin,
  excludeReserved: origin,
  required: [],
  checks: [{ field: 'name', test: (value) => (value === 'BAD' ? 'bad' : null), code: 'pattern', remedy: '', origin }],
  enforceCase: false,
};
const policy: Policy = {
  kind: 'policy',
  version: 'test',
  typePolicy: () => EVERYTHING,
  defaults: { role: '', manufacturer: '', manufacturers: [], interfaceName: '', interfaceType: '', origin },
  mayCreateReference: () => true,
};

const KEYS = [
  'name',
  'hostname',
  'site',
  'location',
  'device',
  'interface',
  'assigned_object',
  'primary_ip4',
  'management_ip',
  'mgmt_ip',
  'address',
  'prefix',
  'tags',
  'custom_fields',
  'owner',
  'seen',
  'seen_at',
  'a',
  'b',
  'parent',
  'id',
  '__proto__',
  'constructor',
  'toString',
  'status',
];
const TEXTS = [
  '',
  ' x ',
  'bad',
  'dc1',
  '10.0.0.1',
  '127.0.0.1/8',
  '::1',
  '2001:db8::1',
  '2026-01-31',
  '\u0000',
  '\ud800',
];
const leaf = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const { value: anyJson } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('value')), { maxLength: 6 })
    .map((entries) => Object.fromEntries(entries)),
}));
const anyObject = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), fc.string()), anyJson), { maxLength: 8 })
  .map((entries) => Object.fromEntries(entries) as JsonObject);
const anyAssertion: fc.Arbitrary<Assertion> = fc.record({
  ref: fc.constant({ syncId: 's', index: 0 }),
  source: fc.string(),
  channel: fc.constantFrom('http' as const, 'grpc' as const),
  objectType: fc.constantFrom(
    'dcim.device',
    'dcim.interface',
    'ipam.ipaddress',
    'ipam.prefix',
    'dcim.region',
    'no.type',
    '__proto__',
  ),
  data: anyObject,
  observedAt: fc.constant('2026-01-01T00:00:00Z'),
  receivedAt: fc.constant('2026-01-01T00:00:00Z'),
  dryRun: fc.boolean(),
});

it('answers for every JSON there is, the same each time, and leaves what it was given as it was (I3)', () => {
  fc.assert(
    fc.property(anyAssertion, (assertion) => {
      const before = structuredClone(assertion.data);
      const first = prepare(assertion, policy);
      expect(prepare(assertion, policy)).toEqual(first);
      expect(assertion.data).toEqual(before);
      if (first.kind === 'rejected') expect(first.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

it('done again with what it gave changes nothing', () => {
  fc.assert(
    fc.property(anyAssertion, (assertion) => {
      const once = prepare(assertion, policy);
      if (once.kind !== 'ready') return;
      // A filter may have made room for a second name of the same address.
      if (once.excluded !== undefined) return;
      const twice = prepare({ ...assertion, data: once.data }, policy);
      expect(twice).toMatchObject({ kind: 'ready', data: once.data });
    }),
    { numRuns: 500 },
  );
});

it('pollutes no prototype', () => {
  fc.assert(
    fc.property(anyAssertion, (assertion) => {
      prepare(assertion, policy);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as Record<string, unknown>).name).toBeUndefined();
    }),
  );
});
