import type { Change, FieldPlan } from '@diode/engine';
import type { FieldVerdict, JsonValue } from '@diode/protocol';
import type { ChangeResult } from '../apply/change-result.js';
import { resolved } from '../apply/references.js';

export type Verdicts = Readonly<Record<string, FieldVerdict>>;

/** How the results of a change read as verdicts. `idOf` gives ids for references; one without is shown by the change it waits for. */
export function fieldVerdicts(
  change: Change,
  o: {
    readonly result: ChangeResult | null;
    readonly late: ReadonlyMap<string, ChangeResult> | null;
    readonly idOf: (key: string) => number | null;
  },
): Verdicts {
  return Object.fromEntries(
    Object.entries(change.fields).map(([name, plan]) => {
      const result = o.late?.get(name) ?? (change.late.includes(name) ? null : o.result);
      return [name, verdict(name, plan, result, o.idOf)];
    }),
  );
}

function verdict(
  name: string,
  plan: FieldPlan,
  result: ChangeResult | null,
  idOf: (key: string) => number | null,
): FieldVerdict {
  const to = resolved(plan.to, idOf) ?? shown(plan);
  const base: FieldVerdict = { verdict: plan.verdict, from: plan.from, to, rule: plan.rule, reason: plan.reason };
  if (plan.verdict !== 'written' && plan.verdict !== 'defaulted') return base;
  switch (result?.kind) {
    case 'refused': {
      const own = result.problems.filter((problem) => problem.pointer.slice(1).split('/')[0] === name.split('.')[0]);
      return own.length > 0
        ? { ...base, verdict: 'failed', rule: 'netbox', reason: own.map((problem) => problem.detail).join('; ') }
        : {
            ...base,
            verdict: 'failed',
            rule: 'netbox',
            reason: 'not written: NetBox refused the object for another reason',
          };
    }
    case 'blocked':
      return {
        ...base,
        verdict: result.state === 'held' ? 'waiting' : 'failed',
        rule: 'dependency',
        reason: result.reason,
      };
    default:
      return base;
  }
}

/** A reference without an id, as a person can read it. */
function shown(plan: FieldPlan): JsonValue {
  return JSON.parse(JSON.stringify(plan.to)) as JsonValue;
}

/** What earlier rounds wrote stays written, although a later look finds it equal. */
export function mergeVerdicts(earlier: Verdicts, later: Verdicts): Verdicts {
  const merged: Record<string, FieldVerdict> = { ...later };
  for (const [name, was] of Object.entries(earlier)) {
    const now = merged[name];
    const wrote = was.verdict === 'written' || was.verdict === 'defaulted';
    if (now === undefined || (wrote && now.verdict === 'equal')) merged[name] = was;
  }
  return merged;
}
