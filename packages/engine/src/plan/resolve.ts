import type { ChangeRef } from '../contract.js';
import type { GraphNode } from '../graph/node.js';
import type { Thing } from '../graph/thing.js';
import { typeWord } from '../graph/words.js';
import type { Draft, Failure } from './draft.js';
import type { Planner } from './planner.js';

/** What a reference comes to in a write. */
export type Target =
  | { readonly kind: 'id'; readonly id: number; readonly thing: Thing; readonly draft: Draft | null }
  | { readonly kind: 'change'; readonly ref: ChangeRef; readonly thing: Thing; readonly draft: Draft }
  /** It is being planned at this moment: whoever asks is part of a circle. */
  | { readonly kind: 'circle'; readonly thing: Thing }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The object a node stands for; one to be made is planned first. */
export function resolve(planner: Planner, node: GraphNode): Target {
  const { identity } = node;
  switch (identity.kind) {
    case 'thing':
      return resolveThing(planner, identity.thing);
    case 'ambiguous': {
      const candidates = identity.candidates.map((one) => one.url || `#${one.id}`).join(', ');
      return failed(
        'held',
        'ambiguous',
        `${identity.detail}${candidates === '' ? '' : `: ${candidates}`}`,
        'Say more of it, or give {"id": …}.',
      );
    }
    case 'missing':
      return failed('unresolved', identity.problem.code, identity.problem.detail, identity.problem.remedy);
    case 'blocked': {
      const inner = resolve(planner, identity.by);
      const why = inner.kind === 'failed' ? `: ${inner.failure.detail}` : '';
      return failed(
        'held',
        'reference_unknown',
        `its ${identity.field} is not known${why}`,
        'Say more of it, or give {"id": …}.',
      );
    }
    case 'open':
      return failed(
        'held',
        'reference_unknown',
        `this ${typeWord(node.row)} could not be told from others`,
        'Give {"id": …}.',
      );
  }
}

export function resolveThing(planner: Planner, thing: Thing): Target {
  if (thing.observed !== null) {
    // Names to remember and definitions to extend are changes of things that exist.
    const draft = thing.nodes.some((node) => node.aliases.length > 0) ? planner.plan(thing) : null;
    return { kind: 'id', id: thing.id, thing, draft };
  }
  if (planner.visiting.has(thing)) return { kind: 'circle', thing };
  const draft = planner.plan(thing);
  if (draft === null)
    return failed('unresolved', 'reference_missing', `this ${typeWord(thing.row)} cannot be made`, 'Give {"id": …}.');
  if (draft.failure !== null) return { kind: 'failed', failure: draft.failure };
  return { kind: 'change', ref: { $change: draft.key }, thing, draft };
}

export function failed(
  verdict: Failure['verdict'],
  code: string,
  detail: string,
  remedy: string,
): Target & { readonly kind: 'failed' } {
  return { kind: 'failed', failure: { verdict, code, detail, remedy } };
}
