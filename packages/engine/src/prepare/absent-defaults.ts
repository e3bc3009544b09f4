import type { JsonObject, JsonValue } from '@diode/protocol';
import type { Origin, TypePolicy } from '../policy-contract.js';
import { ownAt } from './own.js';

/** A value an object gets when it is created and nobody said. `field` is `status`, or `custom_fields.owner`. */
export interface AbsentDefault {
  readonly field: string;
  readonly value: JsonValue;
  readonly origin: Origin;
}

/**
 * The policy's defaults for what `data` is silent about, custom fields' included. For creates only: a default leaves no claim,
 * is shown as `defaulted`, and drift never restores it (READING "Order of a fact's way"). A `null` in `data` is an opinion.
 */
export function absentDefaults(data: JsonObject, policy: TypePolicy): readonly AbsentDefault[] {
  const found: AbsentDefault[] = [];
  const add = (field: string, value: JsonValue, origin: Origin): void => {
    if (ownAt(data, field.split('.')) === undefined) found.push({ field, value, origin });
  };
  for (const [field, { value, origin }] of Object.entries(policy.defaults)) add(field, value, origin);
  for (const rule of policy.customFields) {
    if (rule.default !== undefined) add(`custom_fields.${rule.name}`, rule.default, rule.origin);
  }
  return found;
}
