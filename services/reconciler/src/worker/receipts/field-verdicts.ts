import type { Change, FieldPlan } from '@diode/engine';
import type { FieldVerdict } from '@diode/protocol';
import type { ChangeResult } from '../apply/change-result.js';
import type { Show } from './shown-value.js';

export type Verdicts = Readonly<Record<string, FieldVerdict>>;

/** How the results of a change read as verdicts. `idOf` gives ids of what the plan makes. */
export function fieldVerdicts(
  change: Change,
  o: {
    readonly result: ChangeResult | null;
    readonly late: ReadonlyMap<string, ChangeResult> | null;
    readonly idOf: (key: string) => number | null;
    readonly show: Show;
  },
): Verdicts {
  return Object.fromEntries(
    Object.entries(change.fields).map(([name, plan]) => {
      const result = o.late?.get(name) ?? (change.late.includes(name) ? null : o.result);
      const [from, to] = (['from', 'to'] as const).map((side) => o.show({ change, name, side, idOf: o.idOf }));
      return [name, verdict(name, plan, result, { from: from ?? null, to: to ?? null })];
    }),
  );
}

function verdict(
  name: string,
  plan: FieldPlan,
  result: ChangeResult | null,
  values: Pick<FieldVerdict, 'from' | 'to'>,
): FieldVerdict {
  const base: FieldVerdict = { verdict: plan.verdict, ...values, rule: plan.rule, reason: plan.reason };
  if (plan.verdict !== 'written' && plan.verdict !== 'defaulted') return base;
  switch (result?.kind) {
    case 'refused': {
      const own = result.problems.filter((problem) => isAbout(problem.pointer, name));
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

/** `/serial` is about serial; `/custom_fields/x` is about custom_fields.x alone, `/custom_fields` about each of them. */
function isAbout(pointer: string, name: string): boolean {
  const path = pointer.slice(1).replaceAll('/', '.');
  return path === name || path === name.split('.')[0] || path.startsWith(`${name}.`);
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
