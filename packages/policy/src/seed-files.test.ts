import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadPolicy } from './load-policy.js';
import { loadRateLimits } from './load-rate-limits.js';
import type { LoadedPolicy } from './loaded-policy.js';
import { formatMistakes } from './mistake.js';
import { POLICY_FILES } from './policy-files.js';

const SEED = fileURLToPath(new URL('../tests/fixtures/seed', import.meta.url));
const SHIPPED = fileURLToPath(new URL('../../../config', import.meta.url));

function load(from: Parameters<typeof loadPolicy>[0]): LoadedPolicy {
  const loaded = loadPolicy(from);
  if (loaded.kind === 'invalid') throw new Error(formatMistakes(loaded.mistakes));
  return loaded;
}

describe("the seed's own files, as they are printed", () => {
  it('load without a mistake', () => {
    expect(load(SEED).files).toEqual([...POLICY_FILES]);
  });

  it('apply everywhere, for they do not say where', () => {
    const { policy } = load(SEED);
    for (const channel of ['http', 'grpc'] as const) {
      expect(policy.typePolicy('dcim.device', { source: 'x', channel }).transformations.length).toBeGreaterThan(0);
    }
  });
});

describe('the shipped files', () => {
  it('are the six there are, and load without a mistake', () => {
    expect(
      readdirSync(SHIPPED)
        .filter((name) => name.endsWith('.yml'))
        .sort(),
    ).toEqual([...POLICY_FILES].sort());
    expect(load(SHIPPED).files).toEqual([...POLICY_FILES]);
  });

  it.each(['sync-policies.yml', 'transformations.yml', 'conflict-resolution.yml', 'rate-limits.yml', 'ingester.yml'])(
    'say in %s all the seed says there, with its keys and values',
    (name) => {
      const [seed, shipped] = [SEED, SHIPPED].map((dir) => parse(readFileSync(join(dir, name), 'utf8')) as object);
      expect(shipped).toMatchObject(withoutLists(seed!));
    },
  );

  it('hold for JSON over HTTP alone: they would rename what typed clients assert', () => {
    const { policy } = load(SHIPPED);
    const grpc = policy.typePolicy('dcim.device', { source: 'x', channel: 'grpc' });
    expect(grpc).toMatchObject({ mappings: [], transformations: [], checks: [], required: [] });
  });

  it('say what is built in: without them settings and defaults are the same', () => {
    const shipped = load(SHIPPED);
    const absent = load({});
    expect(shipped.settings).toMatchObject({
      ingester: absent.settings.ingester,
      reconciler: absent.settings.reconciler,
    });
    expect({ ...shipped.policy.defaults, origin: null }).toEqual({ ...absent.policy.defaults, origin: null });
    for (const type of ['dcim.site', 'dcim.device', 'extras.tag', 'extras.customfield', 'no.such', 'ipam.vlan']) {
      expect(shipped.policy.mayCreateReference(type)).toBe(absent.policy.mayCreateReference(type));
    }
  });

  it('exempt loopback from limits', () => {
    expect(load(SHIPPED).settings.rateLimits.whitelistIps).toEqual([
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '127.0.0.0/8',
      '::1/128',
    ]);
  });

  it('have limits that are in force, the same for a service that reads them alone', () => {
    const { notInForce, settings } = load(SHIPPED);
    expect(notInForce.filter((one) => one.file === 'rate-limits.yml')).toEqual([]);
    expect(settings.rateLimits.perClient).toEqual({ requestsPerMinute: 100, burstSize: 20 });
    expect(loadRateLimits(SHIPPED)).toEqual({ kind: 'ok', rateLimits: settings.rateLimits });
    expect(loadRateLimits({})).toEqual({ kind: 'ok', rateLimits: load({}).settings.rateLimits });
    expect(loadRateLimits({ 'rate-limits.yml': 'rate_limiting: 5\n', 'ingester.yml': 'nonsense: 1\n' })).toMatchObject({
      kind: 'invalid',
      mistakes: [{ file: 'rate-limits.yml', line: 1 }],
    });
  });

  it("carry the seed's metrics under its names, types, labels and buckets", () => {
    const { ingester, reconciler } = load(SHIPPED).settings;
    expect(ingester.metrics).toEqual(reconciler.metrics);
    expect(
      ingester.metrics.customMetrics.map(({ name, type, labels, buckets }) => ({ name, type, labels, buckets })),
    ).toEqual([
      {
        name: 'diode_sync_operations_total',
        type: 'counter',
        labels: ['source', 'destination', 'status'],
        buckets: [],
      },
      { name: 'diode_data_ingestion_rate', type: 'histogram', labels: [], buckets: [0.1, 0.5, 1, 2.5, 5, 10] },
      { name: 'diode_reconciliation_duration', type: 'histogram', labels: [], buckets: [1, 5, 10, 30, 60, 300] },
    ]);
  });

  it('warn of the one overlap they have: location is a NetBox field too', () => {
    expect(load(SHIPPED).warnings).toMatchObject([
      { file: 'transformations.yml', key: 'data_transformations.devices.field_mappings.location' },
    ]);
  });

  it('name what has no effect yet, with the capability it comes with', () => {
    const { notInForce } = load(SHIPPED);
    expect(notInForce).toContainEqual(
      expect.objectContaining({
        file: 'sync-policies.yml',
        key: 'sync_policies.devices.source_priority',
        comesWith: 'conflict resolution',
      }),
    );
    expect(new Set(notInForce.map((one) => one.comesWith))).toEqual(
      new Set(['conflict resolution', 'drift runs', 'human review']),
    );
    for (const one of notInForce) expect(one.line).toBeGreaterThan(0);
  });
});

describe('files that say nothing', () => {
  it.each([
    ['absent', {}],
    ['empty', { 'sync-policies.yml': '', 'reconciler.yml': '# nothing\n', 'ingester.yml': '---\n' }],
    [
      'keys without values',
      { 'sync-policies.yml': 'sync_policies:\n', 'transformations.yml': 'data_transformations:\n  devices:\n' },
    ],
  ])('%s: the built-in defaults hold', (_, files) => {
    expect(load(files).settings).toEqual(load({}).settings);
  });

  it('a directory that is not there is told, and no fault', () => {
    expect(load('/no/such/directory').warnings).toMatchObject([
      { message: expect.stringContaining('no such directory') },
    ]);
  });
});

it('knows a policy by its files: the same texts have the same version, a changed one another', () => {
  const version = (text: string) => load({ 'sync-policies.yml': text }).policy.version;
  expect(version('sync_policies: {}')).toBe(version('sync_policies: {}'));
  expect(version('sync_policies: {}')).not.toBe(version('sync_policies: {} '));
  expect(version('sync_policies: {}')).toMatch(/^[0-9a-f]{64}$/);
});

/** Lists may be longer in ours (whitelist_ips), so they are compared by their own tests. */
function withoutLists(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'whitelist_ips')
      .map(([key, inner]) => [
        key,
        inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? withoutLists(inner as object) : inner,
      ]),
  );
}
