import type { Totals } from '../ingest/totals.js';

const IDS_SHOWN = 20;

/** The last line of `ingest`. */
export function summaryLine(totals: Totals, o: { dryRun: boolean; wait: boolean }): string {
  const states = Object.entries(totals.counts).map(([state, n]) => `${n} ${state}`);
  const head = `${totals.sent} sent, ${totals.accepted} accepted, ${totals.refused} refused`;
  if (o.dryRun) {
    const planned = states.map((text) => text.replace(/ applied$/, ' would be applied'));
    return `${head}; dry run, nothing written: ${planned.join(', ') || 'nothing planned'}`;
  }
  if (o.wait) return `${head}: ${states.join(', ') || 'nothing to wait for'}`;
  const [first, ...more] = totals.syncIds;
  if (first === undefined) return head;
  const rest = more.length > 0 ? ` (and ${more.length} more)` : '';
  return `${head}; follow with: diode get /api/v1/sync/${first}/status${rest}`;
}

/** What an ingest that ended early had done. */
export function sentSoFar(totals: Totals): string {
  const ids = totals.syncIds.slice(0, IDS_SHOWN).join(', ');
  const more = totals.syncIds.length > IDS_SHOWN ? ` and ${totals.syncIds.length - IDS_SHOWN} more` : '';
  return `${totals.accepted} entities were accepted before, in sync ${ids}${more}. Sending the file again is safe: what is there stays as it is.`;
}
