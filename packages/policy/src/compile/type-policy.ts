import type { ObjectTypeName } from '@diode/catalogue';
import type { CustomFieldRule, TypePolicy } from '@diode/engine';
import type { Channel } from '@diode/protocol';
import type { AppliesTo } from '../schema/applies-to.js';
import type { Block } from './block.js';

export type TypePolicyOf = (objectType: ObjectTypeName, where: { source: string; channel: Channel }) => TypePolicy;

/**
 * Looks up the rules of a type for a source and channel. Sources no `applies_to` names share one entry, so that the number of
 * entries is bounded by the files, not by what clients call themselves.
 */
export function makeTypePolicyOf(blocks: readonly Block[]): TypePolicyOf {
  const byType = new Map<ObjectTypeName, Block[]>();
  for (const block of blocks) byType.set(block.objectType, [...(byType.get(block.objectType) ?? []), block]);
  const named = new Set(blocks.flatMap((block) => block.appliesTo.sources ?? []));
  const cache: Record<Channel, Map<string, Map<ObjectTypeName, TypePolicy>>> = { http: new Map(), grpc: new Map() };
  return (objectType, { source, channel }) => {
    const sourceClass = named.has(source) ? source : '';
    const ofSource = cache[channel].get(sourceClass) ?? new Map<ObjectTypeName, TypePolicy>();
    cache[channel].set(sourceClass, ofSource);
    const known = ofSource.get(objectType);
    if (known !== undefined) return known;
    const holding = (byType.get(objectType) ?? []).filter((block) => holds(block.appliesTo, source, channel));
    // Types nobody wrote about share one object, so that an unknown type's name costs nothing either.
    const made = holding.length === 0 ? EMPTY : merge(holding, channel);
    if (byType.has(objectType)) ofSource.set(objectType, made);
    return made;
  };
}

const EMPTY: TypePolicy = merge([], 'http');

function holds(appliesTo: AppliesTo, source: string, channel: Channel): boolean {
  return (appliesTo.channels?.includes(channel) ?? true) && (appliesTo.sources?.includes(source) ?? true);
}

function merge(blocks: readonly Block[], channel: Channel): TypePolicy {
  const customFields = new Map<string, CustomFieldRule>();
  const defaults = new Map<string, Block['defaults'][number]>();
  const required = new Map<string, Block['required'][number]>();
  for (const block of blocks) {
    // The first block that says anything about a field says it; the order is that of the files.
    for (const rule of block.customFields) if (!customFields.has(rule.name)) customFields.set(rule.name, rule);
    for (const one of block.defaults) if (!defaults.has(one.field)) defaults.set(one.field, one);
    for (const one of block.required) if (!required.has(one.field)) required.set(one.field, one);
  }
  return {
    // Typed diode.v1 messages are never renamed, whatever a file says (READING).
    mappings: channel === 'grpc' ? [] : blocks.flatMap((block) => block.mappings),
    transformations: blocks.flatMap((block) => block.transformations),
    customFields: [...customFields.values()],
    defaults: Object.fromEntries([...defaults].map(([field, { value, origin }]) => [field, { value, origin }])),
    excludePrivate: blocks.find((block) => block.excludePrivate !== null)?.excludePrivate ?? null,
    excludeReserved: blocks.find((block) => block.excludeReserved !== null)?.excludeReserved ?? null,
    required: [...required.values()],
    checks: blocks.flatMap((block) => block.checks),
    enforceCase: blocks.findLast((block) => block.enforceCase !== null)?.enforceCase ?? false,
  };
}
