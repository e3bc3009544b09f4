import type { Change } from '@diode/engine';

/** For NetBox's change log: who asserted, in which sync, by which change (a lost response is found by it). At most 200 characters. */
export function changeMessage(o: {
  readonly source: string;
  readonly syncId: string;
  readonly changeId: string;
  readonly change: Change;
}): string {
  return `diode ${o.changeId} · ${o.source} · sync ${o.syncId}${o.change.because === null ? '' : ` · ${o.change.because}`}`.slice(
    0,
    200,
  );
}
