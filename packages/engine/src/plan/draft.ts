import type { ProblemItem } from '@diode/protocol';
import type { Change, FieldPlan } from '../contract.js';
import type { Thing } from '../graph/thing.js';

/** A change while it is being planned. */
export interface Draft {
  readonly thing: Thing;
  readonly key: string;
  action: Change['action'];
  readonly fields: Map<string, FieldPlan>;
  late: ReadonlySet<string>;
  /** What it names: changes of this plan it comes after, and those its late fields wait for. */
  touches: ReadonlySet<Draft>;
  /** Fields whose value could not be found out. */
  unset: ReadonlySet<string>;
  level: number;
  readonly problems: ProblemItem[];
  /** Why it is not carried out, for those who need it. */
  failure: Failure | null;
}

/** Why an object cannot be named in a write. */
export interface Failure {
  /** `held` waits for a decision or another object, `unresolved` for somebody to say more. */
  readonly verdict: 'held' | 'unresolved';
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;
}
