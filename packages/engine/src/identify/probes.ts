import { fieldOf, type MatcherRow, type ObjectTypeRow } from '@diode/catalogue';
import type { GraphNode } from '../graph/node.js';
import { type Knowing, matcherKey, matcherLookup } from '../lookup/matcher-key.js';
import { slugify } from '../normal-form/text.js';
import { idLookup } from './answers.js';
import { knowingNode } from './knowing.js';
import type { Probe } from './probe.js';

/** The questions about who a node is, strongest first. What it refers to must be settled. */
export function probesOf(node: GraphNode): readonly Probe[] {
  if (node.probes !== null) return node.probes;
  const probes = makeProbes(node);
  node.probes = probes;
  return probes;
}

function makeProbes(node: GraphNode): readonly Probe[] {
  if (node.id !== null) {
    const lookup = idLookup(node.row.name, node.id);
    return [{ key: lookup.key, matcher: null, lookup, guessed: false }];
  }
  const knowing = knowingNode(node);
  const probes: Probe[] = [];
  for (const matcher of node.row.matchers) {
    if (isUnsettled(node, matcher) || (matcher.unless?.some((field) => (knowing(field) ?? null) !== null) ?? false))
      continue;
    const probe = probeOf(node.row, matcher, knowing, false);
    if (probe !== null) probes.push(probe);
  }
  const guess = guessSlug(node, knowing);
  if (guess !== null) probes.push(...guessedProbes(node, guess));
  return probes;
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
  return { key, matcher, lookup: virtual ? null : matcherLookup(row, matcher, knowing, key), guessed };
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

function guessedProbes(node: GraphNode, slug: string): readonly Probe[] {
  const own = knowingNode(node);
  const knowing: Knowing = (field) => (field === 'slug' ? slug : own(field));
  return node.row.matchers
    .filter((matcher) => matcher.fields.includes('slug') && !isUnsettled(node, matcher))
    .filter((matcher) => !(matcher.unless?.some((field) => (knowing(field) ?? null) !== null) ?? false))
    .map((matcher) => probeOf(node.row, matcher, knowing, true))
    .filter((probe) => probe !== null);
}
