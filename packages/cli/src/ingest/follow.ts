import { isJsonObject, type JsonObject } from '@diode/protocol';
import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { num, objects, str } from '../show/json-fields.js';
import type { Output } from '../show/output.js';
import { planLines } from '../show/sync.js';
import type { Totals } from './totals.js';

const POLL_MS = 300;
/** Looks that show nothing new come further and further apart: each counts against the client's rate. */
const SLOWEST_POLL_MS = 3_000;
const SLOWER = 1.5;
const PAGE = 500;
const OPEN = new Set(['queued', 'planning', 'retrying', 'waiting']);

export interface FollowOptions {
  readonly api: Api;
  readonly out: Output;
  /** Shows unchanged and applied ones too. */
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly waitSeconds: number;
  /** Time begins anew with every receipt: for as long as the work goes on, it is waited for. */
  readonly patient?: boolean;
  /** Syncs of the totals that were followed before. */
  readonly from?: number;
  /** Progress as lines where no terminal is. */
  readonly plainProgress?: boolean;
  /** Where an entity stands in the file; shown with its receipt. */
  readonly placeOf?: (syncId: string, index: number) => string | undefined;
  readonly onReceipt?: (syncId: string, receipt: JsonObject) => void;
  /** Milliseconds of some clock. */
  readonly now: () => number;
}

/** Follows every sync until each entity has its receipt, and shows those that need a look. @throws CliError attention when the time is over */
export async function follow(totals: Totals, o: FollowOptions): Promise<void> {
  let deadline = o.now() + o.waitSeconds * 1_000;
  const bar = o.out.progress('Receipts', 'entities', totals.accepted, { plain: o.plainProgress === true });
  const from = o.from ?? 0;
  let finished = from === 0 ? 0 : Object.values(totals.counts).reduce((sum, n) => sum + n, 0);
  let seen = finished;
  try {
    for (const syncId of totals.syncIds.slice(from)) {
      let pollMs = POLL_MS;
      for (;;) {
        const view = await statusOf(o.api, syncId, 'limit=1');
        const counts = isJsonObject(view.counts) ? view.counts : {};
        const status = str(view.status);
        const done = finished + terminalOf(counts);
        bar.update(done);
        if (status === 'completed' || status === 'attention') {
          finished += terminalOf(counts);
          break;
        }
        if (o.patient === true && done > seen) deadline = o.now() + o.waitSeconds * 1_000;
        pollMs = done > seen ? POLL_MS : Math.min(pollMs * SLOWER, SLOWEST_POLL_MS);
        seen = done;
        if (o.now() > deadline) throw tooSlow({ syncId, status, waitSeconds: o.waitSeconds });
        await o.api.pause(pollMs);
      }
      await showReceipts(syncId, totals, o);
    }
  } finally {
    bar.stop();
  }
}

async function showReceipts(syncId: string, totals: Totals, o: FollowOptions): Promise<void> {
  let cursor: string | null = null;
  for (let page = 0; page === 0 || cursor !== null; page += 1) {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const view: JsonObject = await statusOf(o.api, syncId, `limit=${PAGE}${after}`);
    if (page === 0)
      for (const [state, n] of Object.entries(isJsonObject(view.counts) ? view.counts : {}))
        totals.counts[state] = (totals.counts[state] ?? 0) + num(n);
    for (const receipt of objects(view.entities)) {
      const place = o.placeOf?.(syncId, num(receipt.index));
      const at = place === undefined ? {} : { place };
      o.out.lines(planLines(receipt, { all: o.all, dryRun: o.dryRun, ...at }));
      o.onReceipt?.(syncId, receipt);
    }
    cursor = typeof view.next === 'string' ? view.next : null;
  }
}

async function statusOf(api: Api, syncId: string, query: string): Promise<JsonObject> {
  const { status, body } = await api.request('GET', `/api/v1/sync/${syncId}/status?${query}`);
  if (status === 200) return body;
  throw new CliError(
    status === 401 || status === 403 ? EXIT.unreachable : EXIT.attention,
    `sync ${syncId} cannot be followed, Diode answered ${status}: ${str(body.detail ?? body.title)}${status === 403 ? ' Following needs the scope read; send without --wait.' : ''}`,
  );
}

function terminalOf(counts: JsonObject): number {
  return Object.entries(counts).reduce((sum, [state, n]) => (OPEN.has(state) ? sum : sum + num(n)), 0);
}

function tooSlow(o: { syncId: string; status: string; waitSeconds: number }): CliError {
  return new CliError(
    EXIT.attention,
    `sync ${o.syncId} is still ${o.status} after ${o.waitSeconds} s: \`diode get /api/v1/why-idle\` says why; nothing is lost.`,
  );
}
