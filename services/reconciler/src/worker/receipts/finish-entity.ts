import type { Change, Outcome, Plan } from '@diode/engine';
import type { AlsoChanged, Receipt } from '@diode/protocol';
import type { ClaimedWork, FinishedWork } from '@diode/store';
import type { Applied } from '../apply/apply-plan.js';
import type { EarlierAttempts, EarlierWrite } from './earlier-attempts.js';
import { endOf, type Part, type Pending, pendingOf, waitsFor } from './entity-state.js';
import { fieldVerdicts, mergeVerdicts, type Verdicts } from './field-verdicts.js';
import { idsOf, type Progress, refKey, type Written } from './progress.js';
import type { Show } from './shown-value.js';

export type EntityResult =
  | { readonly kind: 'finished'; readonly work: FinishedWork }
  | { readonly kind: 'pending'; readonly pending: Pending };

export interface RoundEnd {
  readonly plan: Plan;
  readonly applied: Applied;
  readonly progress: Progress;
  readonly show: Show;
  /** What the journal says of attempts before this one. */
  readonly earlier: EarlierAttempts;
  readonly plannedAt: string;
  readonly standBackMs: number;
  /** Is the entity young enough to wait for another? */
  readonly mayWait: (row: ClaimedWork) => boolean;
}

/** The receipt of one entity after the last round, or why it has none yet. */
export function finishEntity(row: ClaimedWork, outcome: Outcome, end: RoundEnd): EntityResult {
  const byKey = new Map(end.plan.changes.map((change) => [change.key, change]));
  const idOf = idsOf(end.plan, end.applied.results);
  const main = outcome.change === null ? null : (byKey.get(outcome.change) ?? null);
  const parts = [...(main === null ? [] : [main]), ...outcome.also.flatMap((key) => byKey.get(key) ?? [])].map(
    (change) => partOf(change, end, idOf),
  );
  const pending = pendingOf(parts, end.standBackMs);
  if (pending !== null) return { kind: 'pending', pending };

  const ending = endOf(parts, main, outcome.problems);
  const waitingFor = end.mayWait(row) ? waitsFor(ending) : null;
  if (waitingFor !== null)
    return { kind: 'pending', pending: { kind: 'waiting', waitingFor, problems: ending.problems } };
  const { problems, code } = ending;
  const earlier = end.earlier.get(refKey(row.ref)) ?? [];
  const state = ending.state === 'unchanged' && earlier.length > 0 ? 'applied' : ending.state;
  const isMain = (one: EarlierWrite): boolean =>
    main !== null && one.objectType === main.objectType && one.link.id === idOf(main.key);
  const written =
    main === null
      ? null
      : both(earlier.find(isMain) ?? null, end.progress.of(main.objectType, idOf(main.key)), main.url);
  const also = [
    ...alsoOf(
      earlier.filter((one) => !isMain(one)),
      end.progress.also(outcome.ref),
    ),
    ...parts.filter((part) => part.change !== main).flatMap(troubled),
  ];
  return {
    kind: 'finished',
    work: {
      ref: row.ref,
      state,
      objectType: row.objectType,
      key: outcome.key,
      action: main === null || state === 'rejected' ? null : (written?.action ?? 'noop'),
      netbox: linkOf(main, written?.link ?? null),
      detail:
        state === 'unchanged'
          ? null
          : {
              fields: main === null ? {} : verdictsOf(main, end, idOf, written?.fields ?? {}),
              also,
              error: code === null ? null : { code, detail: sentence(problems, code), errors: problems },
            },
      plannedAt: end.plannedAt,
      appliedAt: written?.at ?? earlier.at(-1)?.at ?? null,
      attempts: row.attempts + 1,
    },
  };
}

/** What two attempts wrote to the same object is one write to whoever reads the receipt. */
function both(earlier: EarlierWrite | null, now: Written | null, url: string | null): Written | null {
  if (earlier === null) return now;
  if (now === null) return { ...earlier, link: { id: earlier.link.id, url: earlier.link.url || (url ?? '') } };
  return { ...now, action: earlier.action, fields: mergeVerdicts(earlier.fields, now.fields) };
}

function alsoOf(earlier: readonly EarlierWrite[], now: readonly AlsoChanged[]): readonly AlsoChanged[] {
  const place = (objectType: string, id: number | undefined): string => `${objectType}#${id}`;
  const later = new Map(now.map((one) => [place(one.object_type, one.netbox?.id), one]));
  const before = earlier.map(({ objectType, label, action, link, because }): AlsoChanged => {
    const again = later.get(place(objectType, link.id));
    later.delete(place(objectType, link.id));
    const netbox = link.url === '' ? (again?.netbox ?? null) : link;
    return { object_type: objectType, key: label, action, netbox, because: because || (again?.because ?? '') };
  });
  return [...before, ...later.values()];
}

function partOf(change: Change, end: RoundEnd, idOf: (key: string) => number | null): Part {
  return {
    change,
    result: end.applied.results.get(change.key) ?? null,
    late: end.applied.late.get(change.key) ?? null,
    wrote: end.progress.of(change.objectType, idOf(change.key)) !== null,
  };
}

function verdictsOf(change: Change, end: RoundEnd, idOf: (key: string) => number | null, earlier: Verdicts): Verdicts {
  const now = fieldVerdicts(change, {
    result: end.applied.results.get(change.key) ?? null,
    late: end.applied.late.get(change.key) ?? null,
    idOf,
    show: end.show,
  });
  return mergeVerdicts(earlier, now);
}

function linkOf(main: Change | null, written: Receipt['netbox']): Receipt['netbox'] {
  if (written !== null) return written;
  return main === null || main.netboxId === null || main.url === null ? null : { id: main.netboxId, url: main.url };
}

/** What was to be made on the entity's behalf and was not. */
function troubled(part: Part): readonly AlsoChanged[] {
  const bad = part.result !== null && (part.result.kind === 'refused' || part.result.kind === 'blocked');
  if (!bad && part.change.action !== 'hold' && part.change.action !== 'reject') return [];
  const { change } = part;
  const netbox = change.netboxId === null || change.url === null ? null : { id: change.netboxId, url: change.url };
  return [{ object_type: change.objectType, key: change.label, action: 'noop', netbox, because: change.because ?? '' }];
}

function sentence(problems: readonly { readonly detail: string }[], code: string): string {
  const words = problems.map((problem) => problem.detail).join('; ');
  if (code === 'netbox_refused') return `NetBox refused it: ${words || 'without a reason'}`;
  return words || code;
}
