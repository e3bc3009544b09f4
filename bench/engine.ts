import { identify, type Policy, plan, prepare } from '@diode/engine';
import type { Assertion, JsonObject } from '@diode/protocol';
import { Model } from '../packages/engine/tests/support/model.js';
import { at, policyWith } from '../packages/engine/tests/support/policy.js';
import { assertion, NOW } from '../packages/engine/tests/support/run.js';

const DEVICES = 4_000;
const BATCH = 500;
const ROUNDS = 5;
const WARM_UP = 3;

/**
 * The engine alone, on one core: prepare, identify and plan of devices NetBox holds already (the seed's device: name, type, site, serial, management
 * address, custom fields), look-ups answered from memory. Entities a second of CPU time (neighbours on the machine do not count), the median of
 * five rounds after three to warm up.
 */
export async function measureEngine(): Promise<{ entitiesPerSecond: number }> {
  const policy = seedPolicy();
  const model = new Model();
  const assertions = Array.from({ length: DEVICES }, (_, index) => assertion('dcim.device', deviceData(index), index));
  for (const batch of batchesOf(assertions)) model.apply(planned(model, batch, policy));
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    const before = process.cpuUsage();
    let unchanged = 0;
    for (const batch of batchesOf(assertions)) {
      const made = planned(model, batch, policy);
      unchanged += made.changes.filter((change) => change.action === 'noop').length;
    }
    const used = process.cpuUsage(before);
    const seconds = (used.user + used.system) / 1_000_000;
    if (unchanged !== DEVICES) throw new Error(`${DEVICES - unchanged} devices of ${DEVICES} were not found unchanged`);
    if (round >= WARM_UP) rates.push(DEVICES / seconds);
  }
  rates.sort((a, b) => a - b);
  return { entitiesPerSecond: Math.round(rates[Math.floor(rates.length / 2)] ?? 0) };
}

function planned(model: Model, batch: readonly Assertion[], policy: Policy): ReturnType<typeof plan> {
  const steps = identify(
    batch.map((one) => prepare(one, policy)),
    policy,
  );
  let step = steps.next();
  while (!step.done) step = steps.next(model.answer(step.value));
  return plan(step.value, policy, { now: NOW, mode: 'write' });
}

function batchesOf(assertions: readonly Assertion[]): readonly (readonly Assertion[])[] {
  const count = Math.ceil(assertions.length / BATCH);
  return Array.from({ length: count }, (_, index) => assertions.slice(index * BATCH, (index + 1) * BATCH));
}

export function deviceData(index: number): JsonObject {
  return {
    name: `switch-${index}`,
    device_type: 'Cisco Catalyst 9300',
    site: `dc${index % 20}`,
    serial: ` FCW${index} `,
    management_ip: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    custom_fields: { intent_managed: true, automation_enabled: index % 2 === 0 },
  };
}

/** What the shipped policies do to a device, compiled by hand: the bench measures the engine, not YAML. */
export function seedPolicy(): Policy {
  const origin = at('sync-policies.yml', 1);
  const custom = (name: string) => ({
    name,
    source: null,
    default: false,
    format: null,
    type: null,
    minIntervalSeconds: 86_400,
    origin,
  });
  const text = (change: (value: string) => string) => (value: unknown) =>
    typeof value === 'string' ? change(value) : (value as null);
  return policyWith({
    types: {
      'dcim.device': {
        transformations: [
          { field: 'name', apply: text((value) => value.toUpperCase()), origin },
          { field: 'serial', apply: text((value) => value.trim()), origin },
        ],
        customFields: [custom('intent_managed'), custom('automation_enabled')],
        required: ['name', 'device_type', 'site'].map((field) => ({ field, origin })),
        checks: [
          {
            field: 'name',
            test: (value) => (/^[A-Z0-9-]+$/.test(String(value)) ? null : 'no'),
            code: 'pattern',
            remedy: '',
            origin,
          },
        ],
      },
    },
  });
}
