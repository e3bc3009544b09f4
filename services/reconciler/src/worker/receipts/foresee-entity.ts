import type { Change, Outcome, Plan } from '@diode/engine';
import type { AlsoChanged, FieldVerdict, TerminalState } from '@diode/protocol';
import type { ClaimedWork, FinishedWork } from '@diode/store';
import { endOf, type Part } from './entity-state.js';
import { fieldVerdicts } from './field-verdicts.js';
import type { Show } from './shown-value.js';

const OBSERVE = 'observe';

/**
 * The receipt of an entity nothing is written for. A dry run tells how it would end. In observe mode what would be written is held, by the rule
 * `observe`.
 */
export function foreseeEntity(
  row: ClaimedWork,
  outcome: Outcome,
  plan: Plan,
  o: { readonly observing: boolean; readonly plannedAt: string; readonly show: Show },
): FinishedWork {
  const byKey = new Map(plan.changes.map((change) => [change.key, change]));
  const main = outcome.change === null ? null : (byKey.get(outcome.change) ?? null);
  const changes = [...(main === null ? [] : [main]), ...outcome.also.flatMap((key) => byKey.get(key) ?? [])];
  const parts = changes.map((change): Part => ({ change, result: null, late: null, wrote: writes(change) }));
  const end = endOf(parts, main, outcome.problems);
  const held = o.observing && !row.dryRun && end.state === 'applied';
  const state: TerminalState = held ? 'held' : end.state;
  const detail = held
    ? 'Diode is in observe mode: this is what it would write'
    : end.problems.map((problem) => problem.detail).join('; ') || end.code;
  return {
    ref: row.ref,
    state,
    objectType: row.objectType,
    key: outcome.key,
    action: main === null || state === 'rejected' ? null : actionOf(main),
    netbox: main === null || main.netboxId === null || main.url === null ? null : { id: main.netboxId, url: main.url },
    detail:
      state === 'unchanged'
        ? null
        : {
            fields: main === null ? {} : foreseen(main, held, o.show),
            also: changes.filter((change) => change !== main && change.action !== 'noop').map(alsoOf),
            error:
              held || end.code !== null
                ? { code: held ? OBSERVE : (end.code ?? ''), detail: detail ?? '', errors: end.problems }
                : null,
          },
    plannedAt: o.plannedAt,
    appliedAt: null,
    attempts: row.attempts + 1,
  };
}

const writes = (change: Change): boolean => change.action === 'create' || change.action === 'update';

const actionOf = (change: Change): 'create' | 'update' | 'noop' =>
  change.action === 'create' || change.action === 'update' ? change.action : 'noop';

function foreseen(change: Change, held: boolean, show: Show): Readonly<Record<string, FieldVerdict>> {
  const fields = fieldVerdicts(change, { result: null, late: null, idOf: () => null, show });
  if (!held) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      field.verdict === 'written' || field.verdict === 'defaulted'
        ? {
            ...field,
            verdict: 'held' as const,
            rule: OBSERVE,
            reason: `observe mode; would be written by ${field.rule}: ${field.reason}`,
          }
        : field,
    ]),
  );
}

function alsoOf(change: Change): AlsoChanged {
  const netbox = change.netboxId === null || change.url === null ? null : { id: change.netboxId, url: change.url };
  return {
    object_type: change.objectType,
    key: change.label,
    action: actionOf(change),
    netbox,
    because: change.because ?? '',
  };
}
