import type { FieldVerdict } from '@diode/protocol';
import type { ChangeTold, SettledChange } from '@diode/store';
import { mergeVerdicts } from './field-verdicts.js';
import { refKey, type Written } from './progress.js';

/** What an earlier attempt at an entity wrote: the object it is about, or one on its behalf. */
export interface EarlierWrite extends Written {
  readonly objectType: string;
  readonly label: string;
  readonly because: string;
}

/** By entity (`refKey`); none for those that wrote nothing before. */
export type EarlierAttempts = ReadonlyMap<string, readonly EarlierWrite[]>;

/**
 * What the journal says of earlier attempts at these entities. An attempt that was parked or cut off after it had written leaves an entity that a second
 * look finds equal; its receipt must not say `unchanged`. `urlOf` gives the page of an object, as far as the mirror knows it.
 */
export function earlierAttempts(
  changes: readonly SettledChange[],
  urlOf: (objectType: string, id: number) => string | null,
): EarlierAttempts {
  const byEntity = new Map<string, Map<string, EarlierWrite>>();
  for (const change of changes) {
    const writes = byEntity.get(refKey(change.ref)) ?? new Map<string, EarlierWrite>();
    byEntity.set(refKey(change.ref), writes);
    const key = `${change.objectType}#${change.netboxId}`;
    const before = writes.get(key);
    const told = change.told ?? fromValues(change);
    writes.set(key, {
      objectType: change.objectType,
      action: before?.action === 'create' ? 'create' : change.action,
      label: told.label,
      because: told.because ?? before?.because ?? '',
      link: { id: change.netboxId, url: urlOf(change.objectType, change.netboxId) ?? '' },
      fields: before === undefined ? told.fields : mergeVerdicts(before.fields, told.fields),
      at: change.settledAt,
    });
  }
  return new Map([...byEntity].map(([ref, writes]) => [ref, [...writes.values()]]));
}

/** A row of an older version holds values and no words. */
function fromValues(change: SettledChange): ChangeTold {
  const fields = Object.entries(change.after).map(([name, to]): [string, FieldVerdict] => [
    name,
    {
      verdict: 'written',
      from: change.before[name] ?? null,
      to,
      rule: 'journal',
      reason: 'written by an earlier attempt',
    },
  ]);
  return { label: `#${change.netboxId}`, because: null, fields: Object.fromEntries(fields) };
}
