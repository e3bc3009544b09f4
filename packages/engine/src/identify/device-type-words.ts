import { objectType } from '@diode/catalogue';
import type { Lookup } from '../contract.js';
import { type Graph, thingOf } from '../graph/graph.js';
import { makeNode } from '../graph/make-node.js';
import type { FieldInput, GraphNode } from '../graph/node.js';
import type { Thing } from '../graph/thing.js';
import { tidy } from '../graph/words.js';
import { fold, type Knowing } from '../lookup/matcher-key.js';
import { slugify } from '../normal-form/text.js';
import { type Answers, type Needs, need } from './answers.js';
import type { Evaluation } from './evaluate.js';
import { candidatesOf } from './hits.js';
import type { Probe } from './probe.js';
import { probeOf } from './probes.js';

/** Makers' names have at most so many words. */
const MOST_LEADING_WORDS = 3;

/**
 * A device type without a manufacturer, by words (READING "The seed's device"): a recorded alias, its slug, its model, "manufacturer model", without
 * regard to case; two hits are held. With no hit the node is rewritten to what is to be made, and goes the way of every other node.
 */
export function evaluateWords(
  graph: Graph,
  answers: Answers,
  node: GraphNode,
  needs: Needs,
): Evaluation | { readonly kind: 'rewritten' } {
  const words = node.words ?? '';
  const alias = aliasLookup(words);
  const recorded = answers.get(alias.key);
  if (recorded === undefined) return asking(needs, [alias]);
  const [remembered, ...others] = recorded;
  if (remembered !== undefined && others.length === 0)
    return { kind: 'thing', thing: thingOf(graph, node.row, remembered) };

  const direct = [...typeProbes(node, { slug: slugify(words) }), ...typeProbes(node, { model: words })];
  const leads = leadsOf(words);
  const makers = leads.map((lead) => ({ ...lead, probes: makerProbes(lead.maker) }));
  const open = [...direct, ...makers.flatMap((maker) => maker.probes)].filter((probe) => isOpen(answers, probe));
  if (open.length > 0)
    return asking(
      needs,
      open.map(({ lookup }) => lookup()),
    );

  const composed: Probe[] = [];
  const known: { readonly maker: Thing; readonly model: string }[] = [];
  for (const { probes, model } of makers) {
    for (const maker of thingsOf(graph, answers, probes, 'dcim.manufacturer')) {
      known.push({ maker, model });
      composed.push(...typeProbes(node, { manufacturer: maker.id, model }));
    }
  }
  const unasked = composed.filter((probe) => isOpen(answers, probe));
  if (unasked.length > 0)
    return asking(
      needs,
      unasked.map(({ lookup }) => lookup()),
    );

  const hits = thingsOf(graph, answers, [...direct, ...composed], node.row.name);
  const [hit] = hits;
  if (hits.length > 1)
    return {
      kind: 'ambiguous',
      candidates: candidatesOf(hits),
      detail: `${hits.length} device types answer to "${words}"`,
    };
  node.aliases = [aliasOf(words)];
  if (hit !== undefined) return { kind: 'thing', thing: hit };
  rewrite(graph, node, known.at(-1), words);
  return { kind: 'rewritten' };
}

/** How an alias is stored and asked for. */
export function aliasOf(words: string): string {
  return fold(tidy(words));
}

function aliasLookup(words: string): Lookup {
  const alias = aliasOf(words);
  return { key: `dcim.devicetype|alias=${alias}`, objectType: 'dcim.devicetype', by: { kind: 'alias', alias } };
}

/** No such type: it is made with the maker its leading words name, in NetBox or in the policy's list, else with the default one. */
function rewrite(
  graph: Graph,
  node: GraphNode,
  known: { readonly maker: Thing; readonly model: string } | undefined,
  words: string,
): void {
  const { defaults } = graph.policy;
  const listed = leadsOf(words).flatMap(({ maker, model }) =>
    defaults.manufacturers.filter((name) => fold(name) === fold(maker)).map((name) => ({ name, model })),
  );
  const last = listed.at(-1);
  const rule = `${defaults.origin.file}:${defaults.origin.line}`;
  if (known !== undefined) {
    const maker = makerNode(graph, node, null);
    maker.identity = { kind: 'thing', thing: known.maker };
    said(node, maker, known.model);
    node.chosen = new Map([
      [
        'manufacturer',
        {
          rule: 'builtin.device_type_words',
          reason: 'the leading words name a manufacturer NetBox has',
        },
      ],
    ]);
  } else if (last !== undefined) {
    said(node, openMaker(graph, node, last.name), last.model);
    node.chosen = new Map([
      ['manufacturer', { rule, reason: `the leading words name a known manufacturer, ${last.name}` }],
    ]);
  } else {
    said(node, openMaker(graph, node, defaults.manufacturer), words);
    node.chosen = new Map([['manufacturer', { rule, reason: 'nobody named a manufacturer' }]]);
  }
  node.words = null;
  node.probes = null;
}

function said(node: GraphNode, maker: GraphNode, model: string): void {
  node.fields.set('manufacturer', { kind: 'node', node: maker });
  node.fields.set('model', { kind: 'value', value: model });
}

function openMaker(graph: Graph, node: GraphNode, name: string): GraphNode {
  const key = `dcim.manufacturer"${name}`;
  const known = graph.known.get(key);
  if (known !== undefined) return known;
  const maker = makerNode(graph, node, name);
  graph.known.set(key, maker);
  graph.open.push(maker);
  return maker;
}

function makerNode(graph: Graph, node: GraphNode, name: string | null): GraphNode {
  const row = objectType('dcim.manufacturer');
  if (row === undefined) throw new Error('the catalogue has no row for manufacturers');
  return makeNode({
    order: graph.nodes++,
    row,
    shape: 'label',
    mention: { ...node.mention, because: `manufacturer of device type ${node.words ?? ''}`.trim() },
    fields: new Map<string, FieldInput>(name === null ? [] : [['name', { kind: 'value', value: name }]]),
  });
}

/** `Cisco | Catalyst 9300`, `Cisco Catalyst | 9300`: shortest lead first. */
function leadsOf(words: string): readonly { readonly maker: string; readonly model: string }[] {
  const list = words.split(' ');
  const most = Math.min(MOST_LEADING_WORDS, list.length - 1);
  return Array.from({ length: most }, (_, index) => ({
    maker: list.slice(0, index + 1).join(' '),
    model: list.slice(index + 1).join(' '),
  }));
}

function typeProbes(node: GraphNode, values: Readonly<Record<string, string | number>>): readonly Probe[] {
  return probesWith(node.row, values);
}

function makerProbes(name: string): readonly Probe[] {
  const row = objectType('dcim.manufacturer');
  return row === undefined ? [] : [...probesWith(row, { name }), ...probesWith(row, { slug: slugify(name) })];
}

/** The probes of exactly these fields, those that ignore case where there are such. */
function probesWith(row: GraphNode['row'], values: Readonly<Record<string, string | number>>): readonly Probe[] {
  const knowing: Knowing = (field) => values[field];
  const names = Object.keys(values).sort().join();
  const matchers = row.matchers.filter((matcher) => [...matcher.fields].sort().join() === names);
  const folding = matchers.filter((matcher) => matcher.fold !== undefined);
  return (folding.length > 0 ? folding : matchers)
    .map((matcher) => probeOf(row, matcher, knowing, false))
    .filter((probe) => probe !== null);
}

function isOpen(answers: Answers, probe: Probe): boolean {
  return !probe.virtual && answers.get(probe.key) === undefined;
}

function thingsOf(graph: Graph, answers: Answers, probes: readonly Probe[], type: string): readonly Thing[] {
  const row = objectType(type);
  if (row === undefined) return [];
  const things = probes.flatMap(({ key }) => [
    ...(answers.get(key) ?? []).map((observed) => thingOf(graph, row, observed)),
    ...(graph.index.get(key) ?? []),
  ]);
  return [...new Set(things)];
}

function asking(needs: Needs, lookups: readonly Lookup[]): { readonly kind: 'needs' } {
  for (const lookup of lookups) need(needs, lookup);
  return { kind: 'needs' };
}
