import type { Change, Observed, Plan } from '@diode/engine';
import type { NetboxWriter, Pacer } from '@diode/netbox';
import type { JournalVerbs } from '@diode/store';
import type { Brain } from '../deps.js';
import type { SeenObjects } from '../identity/seen-objects.js';
import { fieldVerdicts, type Verdicts } from '../receipts/field-verdicts.js';
import type { Show, ShowFor } from '../receipts/shown-value.js';
import { isComponent, valuesOf } from './change-body.js';
import type { ChangeResult } from './change-result.js';
import { type Draft, type Owner, record, settle } from './record-changes.js';
import { needsOf, sentFields } from './references.js';
import { type Sendable, sendBulk } from './send-bulk.js';
import { makeTargets, type Targets } from './targets.js';

export interface ApplyDeps {
  readonly brain: Pick<Brain, 'rowOf'>;
  readonly writer: NetboxWriter;
  readonly pacer: Pick<Pacer, 'batchSize'>;
  readonly journal: JournalVerbs;
  readonly workerId: string;
  readonly signal: AbortSignal;
  readonly newId: () => string;
  readonly now: () => number;
  readonly ownRequest: (requestId: string) => void;
  /** Throws when the claims of this attempt were lost to another worker. */
  readonly ensureHeld: () => void;
  /** A create is repeated only this long after it was sent: NetBox's time-out and a margin (I4). */
  readonly repeatAfterMs: number;
  readonly standBackMs: number;
  /** Told what NetBox holds after each write; gives the words for values. */
  readonly seen: Pick<SeenObjects, 'learn'>;
  readonly showFor: ShowFor;
  /** When reading NetBox began for this plan, epoch ms. */
  readonly startedAt: number;
}

export interface Applied {
  /** By change key; a change without a row had nothing to send. */
  readonly results: ReadonlyMap<string, ChangeResult>;
  /** The second write: by change key, then field. */
  readonly late: ReadonlyMap<string, ReadonlyMap<string, ChangeResult>>;
  /** What NetBox holds now of all that was written. */
  readonly touched: readonly Observed[];
}

/**
 * The only writer to NetBox (I3). Level by level in order of dependency, each level recorded before it is sent and settled after (I4); then the
 * fields that point back. `settled` holds results of earlier rounds that a second try would not change.
 */
export async function applyPlan(
  deps: ApplyDeps,
  plan: Plan,
  owners: ReadonlyMap<string, Owner>,
  settled: ReadonlyMap<string, ChangeResult>,
): Promise<Applied> {
  const targets = makeTargets(plan);
  const show = deps.showFor(plan);
  const tell: Tell = (change, fields) => tellFields(change, fields, targets, show);
  const touched = new Map<string, Observed>();
  const born = new Set<string>();
  const writable = plan.changes.filter((change) => change.action === 'create' || change.action === 'update');

  async function write(drafts: readonly Draft[], take: (draft: Draft, result: ChangeResult) => void): Promise<void> {
    if (drafts.length === 0) return;
    deps.ensureHeld();
    const items = await record(deps, drafts, owners, take);
    const draftOf = new Map(items.map(({ draft, item }) => [item.changeId, draft]));
    await Promise.all(
      groups(items.map(({ item }) => item)).map(async ([objectType, list]) => {
        const sent = await sendBulk(
          {
            writer: deps.writer,
            pacer: deps.pacer,
            signal: deps.signal,
            now: deps.now,
            onSent: (some) => settle(deps, some),
          },
          objectType,
          list,
        );
        for (const one of sent) {
          const draft = draftOf.get(one.item.changeId);
          if (draft !== undefined) take(draft, one.result);
          if (one.result.kind !== 'applied') continue;
          deps.seen.learn([one.result.observed]);
          touched.set(`${objectType}#${one.result.observed.id}`, one.result.observed);
        }
      }),
    );
  }

  for (const level of [...new Set(writable.map((change) => change.level))].sort((a, b) => a - b)) {
    const drafts: Draft[] = [];
    for (const change of writable.filter((one) => one.level === level)) {
      const draft = settled.get(change.key) ?? drafted(deps, change, { targets, born, tell });
      if (draft === null) continue;
      if ('kind' in draft) targets.results.set(change.key, draft);
      else drafts.push(draft);
    }
    await write(drafts, (draft, result) => {
      targets.results.set(draft.change.key, result);
      if (draft.change.action === 'create' && result.kind === 'applied') born.add(draft.change.key);
    });
  }

  const late = new Map<string, Map<string, ChangeResult>>();
  const lateDrafts = writable.flatMap((change) => lateDraft(change, { targets, late, tell }));
  await write(lateDrafts, (draft, result) => {
    for (const [name] of draft.fields) late.get(draft.change.key)?.set(name, result);
  });
  return { results: targets.results, late, touched: [...touched.values()] };
}

/** The first write of a change, the result that stands in its way, or null when all it sends is late. */
function drafted(
  deps: ApplyDeps,
  change: Change,
  { targets, born, tell }: { readonly targets: Targets; readonly born: ReadonlySet<string>; readonly tell: Tell },
): Draft | ChangeResult | null {
  const fields = sentFields(change, 'now');
  if (change.action === 'update' && fields.length === 0) return null;
  const needs = needsOf(change, fields);
  const missing = targets.missing(needs);
  if (missing !== null) return missing;
  // NetBox makes a new device's components from its type's templates: look again before making one that may be there (facts/netbox.md).
  if (isComponent(deps.brain.rowOf(change.objectType)) && needs.some((key) => born.has(key))) {
    return { kind: 'again', reason: 'components' };
  }
  const values = valuesOf(fields, targets.idOf);
  if (values === undefined) return { kind: 'again', reason: 'references' };
  return {
    change,
    fields,
    values,
    netboxId: change.action === 'update' ? change.netboxId : null,
    canonicalKey: change.key,
    told: tell(change, fields),
  };
}

/** The second write of a change: those of its late fields whose objects exist now. */
function lateDraft(
  change: Change,
  o: { readonly targets: Targets; readonly late: Map<string, Map<string, ChangeResult>>; readonly tell: Tell },
): readonly Draft[] {
  const { targets, late, tell } = o;
  const fields = sentFields(change, 'late');
  if (fields.length === 0) return [];
  const results = new Map<string, ChangeResult>();
  late.set(change.key, results);
  const self = targets.find(change.key);
  const ready = fields.filter((field) => {
    const missing = self.kind === 'none' ? self.result : targets.missing(needsOf(change, [field]));
    if (missing !== null) results.set(field[0], missing);
    return missing === null;
  });
  const values = valuesOf(ready, targets.idOf);
  if (ready.length === 0 || values === undefined || self.kind === 'none') return [];
  return [
    {
      change,
      fields: ready,
      values,
      netboxId: self.id,
      canonicalKey: `${change.key}|late`,
      told: tell(change, ready),
    },
  ];
}

type Tell = (change: Change, fields: Draft['fields']) => Verdicts;

/** What a receipt says of the fields that are sent. */
function tellFields(change: Change, fields: Draft['fields'], targets: Targets, show: Show): Verdicts {
  const all = fieldVerdicts(change, { result: null, late: null, idOf: targets.idOf, show });
  return Object.fromEntries(fields.flatMap(([name]) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/** By type and action; components in order of their device, so that two bulks never lock the same devices crosswise. */
function groups(items: readonly Sendable[]): readonly (readonly [string, readonly Sendable[]])[] {
  const map = new Map<string, Sendable[]>();
  for (const item of items) {
    const key = `${item.change.objectType}|${item.netboxId === null ? 'create' : 'update'}`;
    map.set(key, [...(map.get(key) ?? []), item]);
  }
  const place = (item: Sendable): number => Number(item.body.device ?? item.netboxId ?? 0);
  return [...map.values()].map(
    (list) => [list[0]?.change.objectType ?? '', [...list].sort((a, b) => place(a) - place(b))] as const,
  );
}
