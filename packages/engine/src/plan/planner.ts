import type { Graph } from '../graph/graph.js';
import type { Thing } from '../graph/thing.js';
import type { Draft } from './draft.js';
import { naturalKey } from './natural-key.js';

/** A plan in the making. */
export interface Planner {
  readonly graph: Graph;
  /** RFC 3339. */
  readonly now: string;
  /** null = nothing to change and nothing to say. */
  readonly drafts: Map<Thing, Draft | null>;
  readonly visiting: Set<Thing>;
  readonly keys: Map<string, number>;
  /** Fields that point back; they are worked out when all else is. */
  readonly later: (() => void)[];
  /** Plans one object, once. null = nobody wants anything of it. */
  readonly plan: (thing: Thing) => Draft | null;
}

export function makePlanner(
  graph: Graph,
  now: string,
  planThing: (planner: Planner, thing: Thing) => Draft | null,
): Planner {
  const planner: Planner = {
    graph,
    now,
    drafts: new Map(),
    visiting: new Set(),
    keys: new Map(),
    later: [],
    plan: (thing) => planThing(planner, thing),
  };
  return planner;
}

// Shared, because most drafts change nothing: a batch makes thousands.
const NO_DRAFTS: ReadonlySet<Draft> = new Set();
const NO_NAMES: ReadonlySet<string> = new Set();

/** The draft names a change of this plan. */
export function touch(draft: Draft, change: Draft | null): void {
  if (change !== null && !draft.touches.has(change)) draft.touches = new Set([...draft.touches, change]);
}

export function makeDraft(planner: Planner, thing: Thing): Draft {
  return {
    thing,
    key:
      thing.observed === null ? uniqueKey(planner, naturalKey(planner.graph, thing)) : `${thing.row.name}#${thing.id}`,
    action: thing.observed === null ? 'create' : 'noop',
    fields: new Map(),
    late: NO_NAMES,
    touches: NO_DRAFTS,
    unset: NO_NAMES,
    level: 0,
    problems: [],
    failure: null,
  };
}

/** Two interfaces `mgmt0` of two devices of one name share a natural key: the second gets a number. */
function uniqueKey(planner: Planner, key: string): string {
  const count = (planner.keys.get(key) ?? 0) + 1;
  planner.keys.set(key, count);
  return count === 1 ? key : `${key}#${count}`;
}
