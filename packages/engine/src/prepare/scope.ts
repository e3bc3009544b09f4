import type { ObjectTypeName } from '@diode/catalogue';
import type { Channel, ProblemItem } from '@diode/protocol';
import type { ExcludedField } from '../contract.js';
import type { Origin, Policy } from '../policy-contract.js';
import { type Program, programOf } from './program.js';

/** What one run of `prepare` carries along: where the assertion came from, and what was found. */
export interface Scope {
  readonly policy: Policy;
  readonly where: { readonly source: string; readonly channel: Channel };
  readonly notes: string[];
  readonly problems: ProblemItem[];
  readonly excluded: ExcludedField[];
}

/** Why a filter turns an object away. */
export interface Filtered {
  readonly pointer: string;
  readonly origin: Origin;
  /** `127.0.0.1 is reserved`. */
  readonly why: string;
}

/** References nest no deeper: identity needs four or five levels, and a hostile body must not exhaust the stack. */
export const DEEPEST_REFERENCE = 32;

/** More than this says nothing more to a reader. */
const MOST_NOTES = 50;

export function programFor(scope: Scope, type: ObjectTypeName): Program {
  return programOf(type, scope.policy.typePolicy(type, scope.where));
}

export function note(scope: Scope, text: string): void {
  if (scope.notes.length < MOST_NOTES && !scope.notes.includes(text)) scope.notes.push(text);
}
