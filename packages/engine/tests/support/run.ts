import { type Change, identify, type Plan, type Policy, type Prepared, plan } from '@diode/engine';
import type { Assertion, JsonObject } from '@diode/protocol';
import type { Model } from './model.js';
import { policyWith } from './policy.js';

export const NOW = '2026-11-25T12:00:00Z';

export function assertion(objectType: string, data: JsonObject, index = 0, source = 'test'): Assertion {
  return {
    ref: { syncId: '019a0000-0000-7000-8000-000000000000', index },
    source,
    channel: 'http',
    objectType,
    data,
    observedAt: NOW,
    receivedAt: NOW,
    dryRun: false,
  };
}

export function ready(objectType: string, data: JsonObject, index = 0): Prepared {
  return { kind: 'ready', assertion: assertion(objectType, data, index), data, notes: [] };
}

export type Entity = readonly [objectType: string, data: JsonObject];

export function batchOf(entities: readonly Entity[]): readonly Prepared[] {
  return entities.map(([type, data], index) => ready(type, data, index));
}

/** Identifies and plans against the model. */
export function planBatch(model: Model, batch: readonly Prepared[], policy: Policy = policyWith(), now = NOW): Plan {
  const steps = identify(batch, policy);
  let step = steps.next();
  while (!step.done) step = steps.next(model.answer(step.value));
  return plan(step.value, policy, { now, mode: 'write' });
}

export function planEntities(model: Model, entities: readonly Entity[], policy?: Policy): Plan {
  return planBatch(model, batchOf(entities), policy);
}

/** Plans and carries out. */
export function applyEntities(model: Model, entities: readonly Entity[], policy?: Policy): Plan {
  const made = planEntities(model, entities, policy);
  model.apply(made);
  return made;
}

export function changeOf(plan: Plan, index = 0): Change {
  const key = plan.outcomes[index]?.change;
  const change = plan.changes.find((one) => one.key === key);
  if (change === undefined) throw new Error(`no change for entity ${index}: ${JSON.stringify(plan.outcomes[index])}`);
  return change;
}

export function written(change: Change): readonly string[] {
  return Object.entries(change.fields)
    .filter(([, field]) => field.verdict === 'written' || field.verdict === 'defaulted')
    .map(([name]) => name)
    .sort();
}

export function verdicts(change: Change): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(change.fields).map(([name, field]) => [name, field.verdict]));
}
