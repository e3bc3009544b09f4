import { isJsonObject, type JsonObject } from '@diode/protocol';
import type { Api } from '../client/api.js';
import { CliError, EXIT } from '../exit-codes.js';
import { num, objects, str } from '../show/json-fields.js';
import type { Output } from '../show/output.js';
import { planLines } from '../show/sync.js';
import type { Totals } from './totals.js';

const POLL_MS = 300;
const PAGE = 500;
const OPEN = new Set(['queued', 'planning', 'retrying', 'waiting']);

export interface FollowOptions {
  readonly api: Api;
  readonly out: Output;
  /** Shows unchanged and applied ones too. */
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly waitSeconds: number;
  /** Milliseconds of some clock. */
  readonly now: () => number;
}

/** Follows every sync until each entity has its receipt, and shows those that need a look. @throws CliError attention when the time is over */
export async function follow(totals: Totals, o: FollowOptions): Promise<void> {
  const deadline = o.now() + o.waitSeconds * 1_000;
  const bar = o.out.progress('Receipts', 'entities', totals.accepted);
  let finished = 0;
  try {
    for (const syncId of totals.syncIds) {
      for (;;) {
        const view = await statusOf(o.api, syncId, 'limit=1');
        const counts = isJsonObject(view.counts) ? view.counts : {};
        const status = str(view.status);
        bar.update(finished + terminalOf(counts));
        if (status === 'completed' || status === 'attention') {
          finished += terminalOf(counts);
          break;
        }
        if (o.now() > deadline) throw tooSlow({ syncId, status, waitSeconds: o.waitSeconds });
        await o.api.pause(POLL_MS);
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
    for (const receipt of objects(view.entities)) o.out.lines(planLines(receipt, { all: o.all, dryRun: o.dryRun }));
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
