import { fieldOf, type MatcherRow, type ObjectTypeRow } from '@diode/catalogue';
import type { GraphNode } from '../graph/node.js';
import { type Knowing, matcherKey, matcherLookup } from '../lookup/matcher-key.js';
import { slugify } from '../normal-form/text.js';
import { idLookup } from './answers.js';
import { knowingNode } from './knowing.js';
import type { Probe, Probes } from './probe.js';

/** The question of that place, strongest first; null after the last. What the node refers to must be settled. */
export function probeAt(node: GraphNode, index: number): Probe | null {
  node.probes ??= { made: [], next: 0, guessed: null };
  const { probes } = node;
  while (probes.made.length <= index) {
    const probe = nextProbe(node, probes);
    if (probe === null) return null;
    probes.made.push(probe);
  }
  return probes.made[index] ?? null;
}

/** The fields a type is known by. */
export function identityFields(row: ObjectTypeRow): readonly string[] {
  const known = fieldsByRow.get(row);
  if (known !== undefined) return known;
  const fields = [...new Set(row.matchers.flatMap((matcher) => matcher.fields))];
  fieldsByRow.set(row, fields);
  return fields;
}

const fieldsByRow = new WeakMap<ObjectTypeRow, readonly string[]>();

function nextProbe(node: GraphNode, probes: Probes): Probe | null {
  const { row } = node;
  if (node.id !== null) {
    if (probes.next++ > 0) return null;
    const lookup = idLookup(row.name, node.id);
    return { key: lookup.key, matcher: null, virtual: false, lookup: () => lookup, guessed: false };
  }
  const knowing = knowingNode(node);
  for (let matcher = row.matchers[probes.next]; matcher !== undefined; matcher = row.matchers[probes.next]) {
    probes.next++;
    const probe = applies(node, matcher, knowing) ? probeOf(row, matcher, knowing, false) : null;
    if (probe !== null) return probe;
  }
  probes.guessed ??= guessedProbes(node, knowing);
  const place = probes.next - row.matchers.length;
  probes.next++;
  return probes.guessed[place] ?? null;
}

function applies(node: GraphNode, matcher: MatcherRow, knowing: Knowing): boolean {
  if (isUnsettled(node, matcher)) return false;
  return matcher.unless === undefined || matcher.unless.every((field) => (knowing(field) ?? null) === null);
}

/** True when something the matcher looks at could not be identified: then its key would be a guess. */
export function isUnsettled(node: GraphNode, matcher: MatcherRow): boolean {
  return matcher.fields.some((field) => {
    const input = node.fields.get(field);
    return input?.kind === 'node' && input.node.identity.kind !== 'thing';
  });
}

export function probeOf(row: ObjectTypeRow, matcher: MatcherRow, knowing: Knowing, guessed: boolean): Probe | null {
  const key = matcherKey(row, matcher, knowing);
  if (key === null) return null;
  const virtual = matcher.fields.some((field) => isToBeMade(row, field, knowing));
  return { key, matcher, virtual, lookup: () => matcherLookup(row, matcher, knowing, key), guessed };
}

function isToBeMade(row: ObjectTypeRow, field: string, knowing: Knowing): boolean {
  const value = knowing(field) ?? null;
  if (typeof value === 'object') return value !== null && value.id < 0;
  return typeof value === 'number' && value < 0 && fieldOf(row, field)?.kind === 'reference';
}

/** A reference by name finds an object by its slug as well. */
function guessSlug(node: GraphNode, knowing: Knowing): string | null {
  if (node.row.slugFrom === undefined || (node.shape !== 'label' && node.shape !== 'nested')) return null;
  if (node.fields.has('slug')) return null;
  const name = knowing(node.row.slugFrom);
  return typeof name === 'string' ? slugify(name) : null;
}

const NONE: readonly Probe[] = [];

function guessedProbes(node: GraphNode, own: Knowing): readonly Probe[] {
  const slug = guessSlug(node, own);
  if (slug === null) return NONE;
  const knowing: Knowing = (field) => (field === 'slug' ? slug : own(field));
  return node.row.matchers
    .filter((matcher) => matcher.fields.includes('slug') && applies(node, matcher, knowing))
    .map((matcher) => probeOf(node.row, matcher, knowing, true))
    .filter((probe) => probe !== null);
}
