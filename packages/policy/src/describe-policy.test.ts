import { expect, it } from 'vitest';
import { describePolicy } from './describe-policy.js';
import { loadPolicy } from './load-policy.js';
import { formatMistakes } from './mistake.js';

it('the description names each rule in force with its place, what is not in force, and warnings', () => {
  const loaded = loadPolicy({
    'sync-policies.yml': `
sync_policies:
  devices:
    applies_to: {channels: [http]}
    source_priority: netbox
    fields: {required: [name], custom: [owner]}
    transformations: {name: uppercase}
    validation_rules:
      - {field: name, pattern: "^[A-Z]+$"}
  ip_addresses:
    filters: {exclude_reserved: true}
`,
    'transformations.yml':
      'data_transformations:\n  devices:\n    field_mappings: {location: site}\n    value_transformations:\n      status: {type: default, value: planned}\n',
  });
  if (loaded.kind === 'invalid') throw new Error(formatMistakes(loaded.mistakes));
  const described = describePolicy(loaded);
  expect(described).toMatchObject({
    version: loaded.policy.version,
    files: ['sync-policies.yml', 'transformations.yml'],
    defaults: { role: 'Unknown', interface: { name: 'mgmt0', type: 'other' }, origin: 'built in' },
    not_in_force: [
      {
        file: 'sync-policies.yml',
        line: 5,
        key: 'sync_policies.devices.source_priority',
        comes_with: 'conflict resolution',
        why: expect.any(String),
      },
    ],
    warnings: [{ file: 'transformations.yml', line: 3, message: expect.stringContaining('location') }],
  });
  const rules = described.rules as readonly { kind: string; field: string; says: string; origin: string }[];
  expect(rules.map(({ kind, field, says, origin }) => `${origin} ${kind} ${field}: ${says}`)).toEqual([
    'transformations.yml:3 mapping site: location is read as site',
    'transformations.yml:5 default status: default "planned" when created',
    'sync-policies.yml:6 required name: needed to create',
    'sync-policies.yml:6 custom_field custom_fields.owner: declared',
    'sync-policies.yml:7 transformation name: uppercase',
    'sync-policies.yml:9 check name: matches ^[A-Z]+$',
    'sync-policies.yml:11 filter null: reserved addresses are left out',
  ]);
  expect(JSON.parse(JSON.stringify(described))).toEqual(described);
});

it('warns of two names for one field, and of a default its own check refuses', () => {
  const loaded = loadPolicy({
    'transformations.yml': `
data_transformations:
  devices:
    field_mappings: {hostname: name, host: name}
    value_transformations:
      name: {type: default, value: "no name"}
    validation:
      name: [{type: regex, pattern: "^\\\\S+$"}]
`,
  });
  if (loaded.kind === 'invalid') throw new Error(formatMistakes(loaded.mistakes));
  expect(loaded.warnings.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '4 "hostname" is read as name as well; when both are sent, "hostname" is taken',
    '6 this default does not pass transformations.yml:8',
  ]);
});
