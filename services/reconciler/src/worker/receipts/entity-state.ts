import type { Change } from '@diode/engine';
import type { ProblemItem, TerminalState } from '@diode/protocol';
import type { ChangeResult } from '../apply/change-result.js';

/** One part of an entity: the object it is about, or one made on its behalf. */
export interface Part {
  readonly change: Change;
  readonly result: ChangeResult | null;
  readonly late: ReadonlyMap<string, ChangeResult> | null;
  /** Something of it was written in this attempt. */
  readonly wrote: boolean;
}

/** Why an entity is not at its end yet. */
export type Pending =
  | { readonly kind: 'fault'; readonly result: ChangeResult & { readonly kind: 'fault' } }
  | { readonly kind: 'stand_back'; readonly waitMs: number; readonly waitingFor: string }
  /** Something it refers to is not there yet and may be asserted by another entity. */
  | { readonly kind: 'waiting'; readonly waitingFor: string; readonly problems: readonly ProblemItem[] };

export type EntityEnd = {
  readonly state: TerminalState;
  readonly problems: readonly ProblemItem[];
  readonly code: string | null;
};

const resultsOf = (part: Part): readonly ChangeResult[] => [
  ...(part.result === null ? [] : [part.result]),
  ...(part.late === null ? [] : [...part.late.values()]),
];

/** What still has to happen before the entity can end; a fault counts before a wait. */
export function pendingOf(parts: readonly Part[], standBackMs: number): Pending | null {
  const all = parts.flatMap((part) => resultsOf(part).map((result) => ({ part, result })));
  for (const { result } of all) if (result.kind === 'fault') return { kind: 'fault', result };
  for (const { part, result } of all) {
    if (result.kind !== 'elsewhere' && result.kind !== 'again') continue;
    return {
      kind: 'stand_back',
      waitMs: result.kind === 'elsewhere' ? result.waitMs : standBackMs,
      waitingFor: `${part.change.objectType} ${part.change.label}`,
    };
  }
  return null;
}

/** An entity takes the worst state of its parts: rejected, failed, held, applied, unchanged (DESIGN "Words"). */
export function endOf(parts: readonly Part[], main: Change | null, problems: readonly ProblemItem[]): EntityEnd {
  if (main === null || main.action === 'reject') {
    return { state: 'rejected', problems: unique([...problems, ...(main?.problems ?? [])]), code: 'rejected' };
  }
  const results = parts.flatMap(resultsOf);
  const refused = results.flatMap((result) => (result.kind === 'refused' ? result.problems : []));
  const blocked = results.flatMap((result) => (result.kind === 'blocked' ? [result] : []));
  if (refused.length > 0) return { state: 'failed', problems: unique(refused), code: 'netbox_refused' };
  const failed = blocked.filter((result) => result.state === 'failed');
  if (failed.length > 0)
    return { state: 'failed', problems: unique(failed.map(dependency)), code: 'dependency_failed' };
  const held = blocked.filter((result) => result.state === 'held');
  const holds = parts.filter((part) => part.change.action === 'hold' || heldFields(part.change));
  if (held.length > 0 || holds.length > 0) {
    const words = [...problems, ...holds.flatMap((part) => part.change.problems), ...held.map(dependency)];
    return { state: 'held', problems: unique(words), code: 'held' };
  }
  return { state: parts.some((part) => part.wrote) ? 'applied' : 'unchanged', problems: unique(problems), code: null };
}

/**
 * Held only for things that do not exist: another entity may bring them, in this sync or the next. Any other hold is a question only a person or the
 * source can answer.
 */
export function waitsFor(end: EntityEnd): string | null {
  const [first] = end.problems;
  if (end.state !== 'held' || first === undefined) return null;
  return end.problems.every((problem) => problem.code === 'reference_missing') ? first.detail : null;
}

const heldFields = (change: Change): boolean =>
  Object.values(change.fields).some((field) => field.verdict === 'held' || field.verdict === 'unresolved');

const dependency = (result: ChangeResult & { readonly kind: 'blocked' }): ProblemItem => ({
  pointer: '',
  code: result.state === 'held' ? 'dependency_held' : 'dependency_failed',
  detail: `it needs ${result.reason}`,
  remedy: 'settle what it needs, then send the entity again',
});

function unique(problems: readonly ProblemItem[]): readonly ProblemItem[] {
  return [...new Map(problems.map((problem) => [`${problem.pointer}|${problem.detail}`, problem])).values()];
}
