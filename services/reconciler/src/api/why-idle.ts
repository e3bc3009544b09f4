import type { JsonObject } from '@diode/protocol';
import type { Store } from '@diode/store';
import type { FeedState } from '../worker/feed/poll-feed.js';
import type { Gates } from '../worker/gates.js';
import type { Mode } from '../worker/mode.js';

export interface WhyIdleDeps {
  readonly store: Pick<Store, 'backlog' | 'inHand'>;
  readonly gates: Gates;
  readonly mode: () => Promise<Mode>;
  readonly feed: () => FeedState;
  /** Partitions this process holds; null when no worker runs here. */
  readonly held: () => number | null;
  readonly partitions: number;
  /** Why ingest refuses, where the ingester is in this process. */
  readonly ingestClosed: () => string | null;
}

/** The answer of `GET /api/v1/why-idle`: what waits, which gates are closed, and what nobody would think of. */
export async function whyIdle(deps: WhyIdleDeps): Promise<JsonObject> {
  const [backlog, inHand, mode] = await Promise.all([deps.store.backlog(), deps.store.inHand(), deps.mode()]);
  const feed = deps.feed();
  const held = deps.held();
  const ingest = deps.ingestClosed();
  const notes = [
    ...(backlog.total === 0 ? ['nothing waits: everything accepted has its receipt'] : []),
    ...inHand.map(
      ({ workerId, count, freeAfterSeconds }) =>
        `${workerId} works on ${count}; if it is dead, another takes them up in ${Math.ceil(freeAfterSeconds)} s`,
    ),
    ...(mode === 'observe'
      ? ['observe mode: plans and receipts are made, nothing is written; `diode go-live` ends it']
      : []),
    ...(feed.kind === 'blind' ? [`changes made in NetBox are seen only when the mirror ages: ${feed.reason}`] : []),
    ...(held !== null && held < deps.partitions
      ? [`this process holds ${held} of ${deps.partitions} partitions; others hold the rest`]
      : []),
  ];
  return {
    idle: backlog.total === 0,
    waiting: backlog.total,
    oldest_waiting_seconds: backlog.oldestWaitingSeconds,
    gates: [
      ...deps.gates.closed().map((gate) => ({ ...gate })),
      ...(ingest === null ? [] : [{ gate: 'back_pressure', reason: ingest, since: new Date().toISOString() }]),
    ],
    waiting_for: backlog.waitingFor.map(({ reason, count }) => ({ reason, count })),
    notes,
  };
}
