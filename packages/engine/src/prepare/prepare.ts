import type { Assertion } from '@diode/protocol';
import type { Prepared } from '../contract.js';
import type { Policy } from '../policy-contract.js';
import { filteredProblem, prepareObject } from './prepare-object.js';
import type { Scope } from './scope.js';

/**
 * Takes an assertion along READING's "Order of a fact's way" as far as policy alone can: mappings, values and custom-field
 * sources, transformations, filters, checks; in the asserted object and in every reference nested in it.
 *
 * Pure, total and deterministic (I3). Absent stays absent and `null` stays `null` (I7). What holds on create only is left to
 * the planner: defaults (see `absentDefaults`) and `required`.
 */
export function prepare(assertion: Assertion, policy: Policy): Prepared {
  const scope: Scope = {
    policy,
    where: { source: assertion.source, channel: assertion.channel },
    notes: [],
    problems: [],
    excluded: [],
  };
  const { data, filtered } = prepareObject(scope, assertion.objectType, assertion.data, '', 0);
  if (filtered !== null) scope.problems.push(filteredProblem(filtered));
  if (scope.problems.length > 0) return { kind: 'rejected', assertion, problems: scope.problems };
  return scope.excluded.length === 0
    ? { kind: 'ready', assertion, data, notes: scope.notes }
    : { kind: 'ready', assertion, data, notes: scope.notes, excluded: scope.excluded };
}
