import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from './load-policy.js';
import { formatMistakes, type Mistake } from './mistake.js';
import type { PolicyFileName, PolicyFiles } from './policy-files.js';

function mistakesOf(files: PolicyFiles): readonly Mistake[] {
  const loaded = loadPolicy(files);
  return loaded.kind === 'invalid' ? loaded.mistakes : [];
}

const SYNC = 'sync-policies.yml';
const TRANS = 'transformations.yml';
const CONFLICT = 'conflict-resolution.yml';
const LIMITS = 'rate-limits.yml';
const INGESTER = 'ingester.yml';
const RECONCILER = 'reconciler.yml';

/** [what, file, text, the one line it is told in] */
const TABLE: readonly (readonly [string, PolicyFileName, string, string])[] = [
  [
    'an unknown key',
    SYNC,
    'sync_polices: {}\n',
    'sync-policies.yml:1:1 sync_polices: unknown key — did you mean "sync_policies"?',
  ],
  [
    'an unknown key far from any',
    SYNC,
    'zebra: 1\n',
    'sync-policies.yml:1:1 zebra: unknown key — known here: applies_to, sync_policies',
  ],
  [
    'an unknown collection',
    SYNC,
    'sync_policies:\n  devics: {}\n',
    'sync-policies.yml:2:3 sync_policies.devics: no collection is named "devics" — did you mean "devices"?',
  ],
  [
    'an unknown field',
    SYNC,
    'sync_policies:\n  devices:\n    fields:\n      required: [name, serail]\n',
    'sync-policies.yml:4:24 sync_policies.devices.fields.required[1]: devices have no field "serail" — did you mean "serial"?',
  ],
  [
    'a field only NetBox writes',
    SYNC,
    'sync_policies:\n  devices:\n    fields:\n      required: [created]\n',
    'sync-policies.yml:4:18 sync_policies.devices.fields.required[0]: NetBox keeps "created" itself; nobody can write it',
  ],
  [
    'an unknown field of a transformation',
    SYNC,
    'sync_policies:\n  devices:\n    transformations:\n      nmae: uppercase\n',
    'sync-policies.yml:4:7 sync_policies.devices.transformations.nmae: devices have no field "nmae" — did you mean "name"?',
  ],
  [
    'an unknown transformation',
    SYNC,
    'sync_policies:\n  devices:\n    transformations:\n      name: upercase\n',
    'sync-policies.yml:4:13 sync_policies.devices.transformations.name: must be one of uppercase, lowercase, trim_whitespace, and is the text "upercase" — did you mean "uppercase"?',
  ],
  [
    'a transformation that needs more',
    SYNC,
    'sync_policies:\n  devices:\n    transformations:\n      name: replace\n',
    'sync-policies.yml:4:13 sync_policies.devices.transformations.name: "replace" needs more than its name — write it as {type: replace, …}',
  ],
  [
    'a pattern that is none',
    SYNC,
    'sync_policies:\n  devices:\n    validation_rules:\n      - field: name\n        pattern: "["\n',
    'sync-policies.yml:5:18 sync_policies.devices.validation_rules[0].pattern: not a valid pattern: missing closing ]: `[` — the syntax is that of RE2',
  ],
  [
    'look-ahead',
    TRANS,
    'data_transformations:\n  vlans:\n    validation:\n      name:\n        - {type: regex, pattern: "(?=a)b"}\n',
    'transformations.yml:5:34 data_transformations.vlans.validation.name[0].pattern: not a valid pattern: invalid or unsupported Perl syntax: `(?=` — patterns run in linear time, so look-around and back-references do not exist; say it with two rules',
  ],
  [
    'a range upside down',
    SYNC,
    'sync_policies:\n  vlans:\n    validation_rules:\n      - field: vid\n        range: [4094, 1]\n',
    'sync-policies.yml:5:16 sync_policies.vlans.validation_rules[0].range: no value is at least 4094 and at most 1 — did you mean 1 to 4094?',
  ],
  [
    'a typed range upside down',
    TRANS,
    'data_transformations:\n  vlans:\n    validation:\n      vid:\n        - type: range\n          min: 5\n          max: 4\n',
    'transformations.yml:5:11 data_transformations.vlans.validation.vid[0]: no value is at least 5 and at most 4 — did you mean 4 to 5?',
  ],
  [
    'a rule that says nothing',
    SYNC,
    'sync_policies:\n  vlans:\n    validation_rules:\n      - field: vid\n',
    'sync-policies.yml:4:9 sync_policies.vlans.validation_rules[0]: says nothing about the field — add pattern, regex, range or required',
  ],
  [
    'text for a number',
    LIMITS,
    'rate_limiting:\n  global:\n    requests_per_minute: "1000"\n    burst_size: 1\n',
    'rate-limits.yml:3:26 rate_limiting.global.requests_per_minute: must be a number, and is the text "1000" — leave the quotes out',
  ],
  [
    'yes for true',
    SYNC,
    'sync_policies:\n  ip_addresses:\n    filters:\n      - exclude_reserved: yes\n',
    'sync-policies.yml:4:27 sync_policies.ip_addresses.filters[0].exclude_reserved: must be true or false, and is the text "yes" — write true',
  ],
  [
    'a number for text',
    TRANS,
    'data_transformations:\n  devices:\n    field_mappings:\n      hostname: 5\n',
    'transformations.yml:4:17 data_transformations.devices.field_mappings.hostname: must be text, and is the number 5 — write it in quotes: "5"',
  ],
  [
    'a mapping to no field',
    TRANS,
    'data_transformations:\n  devices:\n    field_mappings:\n      hostname: nam\n',
    'transformations.yml:4:17 data_transformations.devices.field_mappings.hostname: devices have no field "nam" — did you mean "name"?',
  ],
  [
    'a custom field NetBox would refuse',
    TRANS,
    'data_transformations:\n  devices:\n    custom_fields:\n      my-field: {}\n',
    'transformations.yml:4:7 data_transformations.devices.custom_fields.my-field: "my-field" cannot name a custom field — use letters, digits and single underscores, at most 50',
  ],
  [
    'an unknown channel',
    TRANS,
    'applies_to:\n  channels: [htp]\n',
    'transformations.yml:2:14 applies_to.channels[0]: must be one of http, grpc, and is the text "htp" — did you mean "http"?',
  ],
  [
    'a time that is none',
    CONFLICT,
    'conflict_resolution:\n  manual_review_triggers:\n    - data_age_difference: 7 days\n',
    'conflict-resolution.yml:3:28 conflict_resolution.manual_review_triggers[0].data_age_difference: must be a time, and is the text "7 days" — write seconds as a number, or 90s, 15m, 24h, 7d',
  ],
  [
    'an unknown conflict policy',
    CONFLICT,
    'conflict_resolution:\n  global_policy: merg\n',
    'conflict-resolution.yml:2:18 conflict_resolution.global_policy: must be one of source_priority, latest_wins, merge, immutable, manual_review, and is the text "merg" — did you mean "merge"?',
  ],
  [
    'authentication switched off',
    LIMITS,
    'rate_limiting:\n  authentication_required: false\n',
    'rate-limits.yml:2:28 rate_limiting.authentication_required: authentication cannot be switched off — write true, or leave the key out',
  ],
  [
    'a network that is none',
    LIMITS,
    'rate_limiting:\n  whitelist_ips: ["10.0.0.0"]\n',
    'rate-limits.yml:2:19 rate_limiting.whitelist_ips[0]: "10.0.0.0" is no network — write an address and a length: 10.0.0.0/8',
  ],
  [
    'a path with a slash at its end',
    LIMITS,
    'rate_limiting:\n  per_endpoint:\n    /api/v1/sync/: {requests_per_minute: 1, burst_size: 1}\n',
    'rate-limits.yml:3:5 rate_limiting.per_endpoint./api/v1/sync/: a path means what is below it too — write "/api/v1/sync"',
  ],
  [
    'a limit half said',
    LIMITS,
    'rate_limiting:\n  global:\n    burst_size: 1\n',
    'rate-limits.yml:3:5 rate_limiting.global: lacks the key "requests_per_minute"',
  ],
  [
    'a number out of range',
    INGESTER,
    'metrics:\n  port: 70000\n',
    'ingester.yml:2:9 metrics.port: must be at most 65535, and is 70000',
  ],
  [
    'an unknown type to create',
    RECONCILER,
    'create: [site]\ndefaults: {role: ""}\n',
    'reconciler.yml:2:18 defaults.role: must not be empty',
  ],
  [
    'bounds that contradict each other',
    INGESTER,
    'back_pressure:\n  slow_at: 10\n  max_waiting: 5\n',
    'ingester.yml:2:3 back_pressure: slow_at (10) is above max_waiting (5) — slow before you refuse',
  ],
  [
    'a first batch above the largest',
    RECONCILER,
    'netbox: {batch_size: 100}\n',
    'reconciler.yml:1:9 netbox: batch_size (100) is above max_batch_size (50)',
  ],
  [
    'a key twice',
    SYNC,
    'sync_policies:\n  devices: {}\n  devices: {}\n',
    'sync-policies.yml:3:3 sync_policies.devices: this key stands on line 2 already — keep one of the two',
  ],
  [
    'one collection under two names',
    SYNC,
    'sync_policies:\n  ip_addresses: {}\n  ip-addresses: {}\n',
    'sync-policies.yml:3:3 sync_policies.ip-addresses: the same collection as "ip_addresses" on line 2 — put both into one',
  ],
  [
    'a list for a map',
    SYNC,
    'sync_policies: []\n',
    'sync-policies.yml:1:16 sync_policies: must be a map by collection, and is a list',
  ],
  ['a file that is a list', SYNC, '- a\n', 'sync-policies.yml:1:1: must be a map of keys, and is a list'],
  [
    'YAML that is none',
    SYNC,
    'sync_policies:\n  devices: [a\n',
    'sync-policies.yml:3:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  [
    'two documents',
    SYNC,
    'sync_policies: {}\n---\nsync_policies: {}\n',
    'sync-policies.yml:2:1: not valid YAML: Source contains multiple documents; please use YAML.parseAllDocuments()',
  ],
];

describe('a mistake is told with its file, line, column, key and what to write instead', () => {
  it.each(TABLE)('%s', (_, file, text, told) => {
    expect(formatMistakes(mistakesOf({ [file]: text }))).toBe(told);
  });
});

it('all mistakes of all files are told at once, in the order of the files', () => {
  const told = mistakesOf({
    [TRANS]: 'data_transformations:\n  vlans:\n    field_mappings: {a: b}\n    typo: 1\n',
    [SYNC]: 'sync_policies:\n  devics: {sync_interval: soon}\n',
    [LIMITS]: 'rate_limiting: [\n',
  });
  expect(told.map(({ file, line }) => `${file}:${line}`)).toEqual([
    'sync-policies.yml:2',
    'sync-policies.yml:2',
    'transformations.yml:3',
    'transformations.yml:4',
    'rate-limits.yml:2',
  ]);
});

describe('files made to harm', () => {
  it('aliases that multiply are counted each time they are used', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${Array(10)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join(', ')}]`,
    );
    expect(mistakesOf({ [SYNC]: levels.join('\n') })).toMatchObject([
      { message: expect.stringContaining('more than 100000 values') },
    ]);
  });

  it('an alias to what contains it ends', () => {
    expect(mistakesOf({ [SYNC]: 'sync_policies: &a\n  devices: *a\n' })).toMatchObject([
      { message: expect.stringMatching(/nested deeper|more than/) },
    ]);
  });

  it.each([
    ['brackets without end', '['.repeat(1_000_000)],
    ['brackets with an end', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['lists in lists', '- '.repeat(500_000)],
    ['an indent a line', Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('%s are told, not followed', (_, text) => {
    expect(mistakesOf({ [SYNC]: text })).toMatchObject([
      { message: expect.stringMatching(/nested (too deeply|deeper)/) },
    ]);
  });

  it('brackets in patterns are not counted', () => {
    const rules = Array.from({ length: 300 }, () => '      - {field: name, pattern: "\\\\[\\\\[a"}').join('\n');
    expect(mistakesOf({ [SYNC]: `sync_policies:\n  devices:\n    validation_rules:\n${rules}\n` })).toEqual([]);
  });

  it('a look-up table of thousands is read in passing', () => {
    const table = Array.from({ length: 20_000 }, (_, i) => `            "site ${i}": "S${i}"`).join('\n');
    const text = `data_transformations:\n  devices:\n    value_transformations:\n      site:\n        - type: lookup\n          mapping:\n${table}\n`;
    expect(mistakesOf({ [TRANS]: text })).toEqual([]);
  });

  it('a file that is too large is not parsed', () => {
    expect(mistakesOf({ [SYNC]: '#'.repeat(1024 * 1024 + 1) })).toMatchObject([
      { message: 'larger than 1048576 bytes' },
    ]);
  });

  it('a key named __proto__ is an unknown key', () => {
    expect(mistakesOf({ [SYNC]: 'sync_policies:\n  __proto__: {}\n  devices: {__proto__: 1}\n' })).toHaveLength(2);
    expect(
      mistakesOf({ [TRANS]: 'data_transformations:\n  devices:\n    field_mappings: {__proto__: name}\n' }),
    ).toHaveLength(1);
  });

  it('a pattern that would take exponential time elsewhere answers at once', () => {
    const loaded = loadPolicy({
      [SYNC]: 'sync_policies:\n  devices:\n    validation_rules:\n      - {field: name, pattern: "^(a+)+$"}\n',
    });
    if (loaded.kind === 'invalid') throw new Error(formatMistakes(loaded.mistakes));
    const [check] = loaded.policy.typePolicy('dcim.device', { source: 'x', channel: 'http' }).checks;
    expect(check?.test(`${'a'.repeat(60_000)}!`)).toMatch(/does not match/);
  });
});

it('whatever the text, the answer is a policy or a list of mistakes', () => {
  const words = fc.constantFrom(
    'sync_policies',
    'devices',
    ':',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '&a',
    '*a',
    '"',
    "'",
    '#',
    '|',
    '!!',
    'name',
    '1',
    ',',
    '?',
    '\t',
    '<<',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words, { maxLength: 30 }).map((parts) => parts.join('')),
      ),
      (text) => {
        expect(['ok', 'invalid']).toContain(loadPolicy({ [SYNC]: text, [TRANS]: text }).kind);
      },
    ),
    { numRuns: 300 },
  );
});
