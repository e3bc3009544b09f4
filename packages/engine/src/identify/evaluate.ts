import type { MatcherRow } from '@diode/catalogue';
import type { Graph } from '../graph/graph.js';
import type { GraphNode, Identity } from '../graph/node.js';
import type { Thing } from '../graph/thing.js';
import { typeWord } from '../graph/words.js';
import { matcherKey } from '../lookup/matcher-key.js';
import { type Answers, type Needs, need } from './answers.js';
import { candidatesOf, hitsOf } from './hits.js';
import { knowingThing } from './knowing.js';
import type { Probe } from './probe.js';
import { isUnsettled, probeAt } from './probes.js';

export type Evaluation = Identity | { readonly kind: 'needs' } | { readonly kind: 'absent' };

/**
 * Asks the probes in turn. The first is asked alone, for it answers most; if it finds nothing all the others are asked at once, each only needed if
 * those before it find nothing.
 */
export function evaluate(graph: Graph, answers: Answers, node: GraphNode, needs: Needs): Evaluation {
  for (let index = 0; ; index++) {
    const probe = probeAt(node, index);
    if (probe === null) return nothing(node);
    if (!probe.virtual && answers.get(probe.key) === undefined) {
      // What is to be made in this batch may settle it without NetBox, but NetBox comes first.
      ask(answers, index === 0 ? [probe] : probesFrom(node, index), needs);
      return { kind: 'needs' };
    }
    const hits = hitsOf(graph, answers, node, probe);
    if (hits.length > 1) return ambiguous(node, probe, hits);
    const [thing] = hits;
    if (thing !== undefined) return collision(graph, answers, { node, thing, after: index }, needs);
  }
}

function probesFrom(node: GraphNode, first: number): readonly Probe[] {
  const probes: Probe[] = [];
  for (let index = first; ; index++) {
    const probe = probeAt(node, index);
    if (probe === null) return probes;
    probes.push(probe);
  }
}

function ask(answers: Answers, probes: readonly Probe[], needs: Needs): void {
  const before: string[] = [];
  for (const { virtual, lookup, key } of probes) {
    if (virtual || answers.get(key) !== undefined) continue;
    need(needs, before.length === 0 ? lookup() : { ...lookup(), unlessFound: [...before] });
    before.push(key);
  }
}

/**
 * One object is found by a strong key, and what is asserted would give it the key of another: NetBox would refuse the write, and which of the two is
 * meant is not ours to guess.
 */
function collision(
  graph: Graph,
  answers: Answers,
  found: { readonly node: GraphNode; readonly thing: Thing; readonly after: number },
  needs: Needs,
): Evaluation {
  const { node, thing, after } = found;
  if (node.shape !== 'asserted' || node.id !== null) return { kind: 'thing', thing };
  const by = probeAt(node, after)?.matcher ?? null;
  if (by === null || !node.row.matchers.slice(node.row.matchers.indexOf(by) + 1).some((matcher) => matcher.unique)) {
    return { kind: 'thing', thing };
  }
  for (const probe of probesFrom(node, after + 1)) {
    if (probe.matcher?.unique !== true || matcherKey(node.row, probe.matcher, knowingThing(thing)) === probe.key)
      continue;
    if (!probe.virtual && answers.get(probe.key) === undefined) {
      ask(answers, [probe], needs);
      return { kind: 'needs' };
    }
    const others = hitsOf(graph, answers, node, probe).filter((other) => other !== thing);
    if (others.length > 0) return ambiguous(node, probe, [thing, ...others]);
  }
  return { kind: 'thing', thing };
}

function ambiguous(node: GraphNode, probe: Probe, things: readonly Thing[]): Identity {
  const by = probe.matcher?.fields.join(', ') ?? 'id';
  return {
    kind: 'ambiguous',
    candidates: candidatesOf(things),
    detail: `${things.length} objects may be this ${typeWord(node.row)} (by ${by})`,
  };
}

/** A question that asked less found nothing: then one that asks more finds nothing either. */
function isCovered(node: GraphNode, matcher: MatcherRow): boolean {
  return (node.probes?.made ?? []).some((probe) =>
    probe.matcher?.fields.every((field) => matcher.fields.includes(field)),
  );
}

/** Nothing found: DIFFERENT from all there is, unless something its identity hangs on is not known. */
function nothing(node: GraphNode): Evaluation {
  if (node.id !== null) {
    return {
      kind: 'missing',
      problem: {
        code: 'not_found',
        detail: `NetBox has no ${typeWord(node.row)} with the id ${node.id}`,
        remedy:
          node.row.name === 'ipam.vlan'
            ? `A number is an id. Send "${node.id}" or {"vid": ${node.id}} if you mean the VLAN with that number.`
            : 'Send its name, or the id of one that exists.',
      },
    };
  }
  for (const matcher of node.row.matchers) {
    if (!isUnsettled(node, matcher) || isCovered(node, matcher)) continue;
    for (const field of matcher.fields) {
      const input = node.fields.get(field);
      if (input?.kind === 'node' && input.node.identity.kind !== 'thing')
        return { kind: 'blocked', field, by: input.node };
    }
  }
  return { kind: 'absent' };
}
