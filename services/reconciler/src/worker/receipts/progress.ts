import type { Change, Outcome, Plan } from '@diode/engine';
import type { AlsoChanged, EntityRef, NetboxLink } from '@diode/protocol';
import type { Applied } from '../apply/apply-plan.js';
import type { ChangeResult } from '../apply/change-result.js';
import { fieldVerdicts, mergeVerdicts, type Verdicts } from './field-verdicts.js';
import type { ShowFor } from './shown-value.js';

/** What an attempt has written to one object so far. */
export interface Written {
  readonly action: 'create' | 'update';
  readonly link: NetboxLink;
  readonly fields: Verdicts;
  readonly at: string;
}

/** The memory of an attempt across its rounds: planning again after a write finds everything equal, and the receipt must not say so. */
export class Progress {
  readonly #showFor: ShowFor;
  readonly #written = new Map<string, Written>();
  readonly #also = new Map<string, Map<string, AlsoChanged>>();
  /** Results that stay whatever a second look gives, by change key. */
  readonly settled = new Map<string, ChangeResult>();

  constructor(showFor: ShowFor) {
    this.#showFor = showFor;
  }

  /** Takes in what a round wrote. */
  add(plan: Plan, applied: Applied): void {
    const idOf = idsOf(plan, applied.results);
    const show = this.#showFor(plan);
    for (const change of plan.changes) {
      const result = applied.results.get(change.key) ?? null;
      const late = applied.late.get(change.key) ?? null;
      if (result?.kind === 'refused') this.settled.set(change.key, result);
      const last = [...(late?.values() ?? []), result].filter((one) => one?.kind === 'applied').at(-1);
      if (last?.kind !== 'applied') continue;
      this.#record(change, last, fieldVerdicts(change, { result, late, idOf, show }));
    }
    const byKey = new Map(plan.changes.map((change) => [change.key, change]));
    for (const outcome of plan.outcomes) this.#addAlso(outcome, byKey, idOf);
  }

  of(objectType: string, id: number | null): Written | null {
    return id === null ? null : (this.#written.get(`${objectType}#${id}`) ?? null);
  }

  also(ref: EntityRef): readonly AlsoChanged[] {
    return [...(this.#also.get(refKey(ref))?.values() ?? [])];
  }

  #record(change: Change, result: ChangeResult & { readonly kind: 'applied' }, fields: Verdicts): void {
    const { observed, at } = result;
    const key = `${change.objectType}#${observed.id}`;
    const before = this.#written.get(key);
    this.#written.set(key, {
      action: before?.action === 'create' || change.action === 'create' ? 'create' : 'update',
      link: { id: observed.id, url: observed.url },
      fields: before === undefined ? fields : mergeVerdicts(before.fields, fields),
      at,
    });
  }

  #addAlso(outcome: Outcome, byKey: ReadonlyMap<string, Change>, idOf: (key: string) => number | null): void {
    for (const key of outcome.also) {
      const change = byKey.get(key);
      const written = change === undefined ? null : this.of(change.objectType, idOf(key));
      if (change === undefined || written === null) continue;
      const list = this.#also.get(refKey(outcome.ref)) ?? new Map<string, AlsoChanged>();
      this.#also.set(refKey(outcome.ref), list);
      list.set(`${change.objectType}#${written.link.id}`, {
        object_type: change.objectType,
        key: change.label,
        action: written.action,
        netbox: written.link,
        because: change.because ?? '',
      });
    }
  }
}

export const refKey = (ref: EntityRef): string => `${ref.syncId}/${ref.index}`;

/** Ids of the changes of a plan: known before, or given by NetBox in this round. */
export function idsOf(plan: Plan, results: ReadonlyMap<string, ChangeResult>): (key: string) => number | null {
  const known = new Map(plan.changes.map((change) => [change.key, change.netboxId]));
  return (key) => {
    const result = results.get(key);
    return result?.kind === 'applied' ? result.observed.id : (known.get(key) ?? null);
  };
}
