import type { Change, Plan } from '@diode/engine';
import type { ChangeResult } from './change-result.js';

/** What a reference to a change comes to: an id, or the reason why there is none (yet). */
export type Target =
  | { readonly kind: 'id'; readonly id: number }
  | { readonly kind: 'none'; readonly result: ChangeResult };

/** Where the objects of a plan are while it is being applied. */
export interface Targets {
  readonly results: Map<string, ChangeResult>;
  find(key: string): Target;
  idOf(key: string): number | null;
  /** The first thing missing among these, null when all have ids. */
  missing(keys: readonly string[]): ChangeResult | null;
}

export function makeTargets(plan: Plan): Targets {
  const byKey = new Map(plan.changes.map((change) => [change.key, change]));
  const results = new Map<string, ChangeResult>();

  function find(key: string): Target {
    const change = byKey.get(key);
    if (change === undefined) return none(key, 'failed', `the plan names ${key} and does not have it`);
    const result = results.get(key);
    if (result?.kind === 'applied') return { kind: 'id', id: result.observed.id };
    if (change.netboxId !== null) return { kind: 'id', id: change.netboxId };
    if (change.action === 'hold' || change.action === 'reject')
      return none(key, change.action === 'hold' ? 'held' : 'failed', because(change));
    if (result === undefined) return none(key, 'failed', `${change.objectType} ${change.label} was not made`);
    if (result.kind === 'refused') {
      return none(
        key,
        'failed',
        `NetBox refused ${change.objectType} ${change.label}: ${result.problems.map((p) => p.detail).join('; ')}`,
      );
    }
    return { kind: 'none', result };
  }

  return {
    results,
    find,
    idOf(key) {
      const target = find(key);
      return target.kind === 'id' ? target.id : null;
    },
    missing(keys) {
      for (const key of keys) {
        const target = find(key);
        if (target.kind === 'none') return target.result;
      }
      return null;
    },
  };
}

const none = (by: string, state: 'failed' | 'held', reason: string): Target => ({
  kind: 'none',
  result: { kind: 'blocked', by, state, reason },
});

const because = (change: Change): string =>
  `${change.objectType} ${change.label}: ${change.problems.map((problem) => problem.detail).join('; ') || change.action}`;
