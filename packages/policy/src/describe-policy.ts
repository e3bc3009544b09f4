import type { Origin } from '@diode/engine';
import type { JsonObject, JsonValue } from '@diode/protocol';
import type { EffectiveRule } from './effective-rule.js';
import type { LoadedPolicy } from './loaded-policy.js';

/** The answer of `GET /api/v1/policies`: what was read, what holds, what does not yet, and what may not be meant. */
export function describePolicy(loaded: LoadedPolicy): JsonObject {
  const { defaults } = loaded.policy;
  return {
    version: loaded.policy.version,
    files: loaded.files,
    rules: loaded.rules.map(describeRule),
    defaults: {
      role: defaults.role,
      manufacturer: defaults.manufacturer,
      manufacturers: defaults.manufacturers,
      interface: { name: defaults.interfaceName, type: defaults.interfaceType },
      origin: placeOf(defaults.origin),
    },
    not_in_force: loaded.notInForce.map(({ file, line, key, why, comesWith }) => ({
      file,
      line,
      key,
      why,
      comes_with: comesWith,
    })),
    warnings: loaded.warnings.map(({ file, line, key, message }) => ({ file, line, key, message })),
  };
}

function describeRule(rule: EffectiveRule): JsonValue {
  const appliesTo = { channels: rule.channels, sources: rule.sources };
  return {
    object_type: rule.objectType,
    kind: rule.kind,
    field: rule.field,
    says: rule.says,
    applies_to: appliesTo,
    origin: placeOf(rule.origin),
    key: rule.origin.key,
  };
}

/** `sync-policies.yml:12`; what no file says stands nowhere. */
function placeOf(origin: Origin): string {
  return origin.line === 0 ? origin.file : `${origin.file}:${origin.line}`;
}
