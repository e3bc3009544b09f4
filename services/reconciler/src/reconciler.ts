import { randomUUID } from 'node:crypto';
import type { Gate } from '@diode/access';
import { type Netbox, NetboxFault, type Transport } from '@diode/netbox';
import { describePolicy, type LoadedPolicy } from '@diode/policy';
import type { SyncView } from '@diode/protocol';
import { type Consumer, PARTITIONS, type Queue } from '@diode/queue';
import {
  type HealthCheck,
  type Lifecycle,
  type Logger,
  type Metrics,
  type RequestLimits,
  uuidv7,
} from '@diode/runtime';
import type { Store } from '@diode/store';
import type { FastifyPluginAsync } from 'fastify';
import { completeView } from './api/complete-view.js';
import { platformStatus } from './api/platform-status.js';
import { reconcilerRoutes } from './api/routes.js';
import { whyIdle } from './api/why-idle.js';
import { BRAIN } from './brain.js';
import { measureBacklog, repeat } from './duties.js';
import { openNetbox } from './open-netbox.js';
import { makeRate } from './rate.js';
import { settingsOf } from './settings-of.js';
import { makeCompletions } from './worker/completions.js';
import type { WorkerDeps, WorkerSettings } from './worker/deps.js';
import { makeDrain } from './worker/drain.js';
import { makeOwnRequests } from './worker/feed/own-requests.js';
import { makeFeedPoller } from './worker/feed/poll-feed.js';
import { makeGates } from './worker/gates.js';
import { makeKnownAnswers } from './worker/identity/known-answers.js';
import { type Mode, makeModeSwitch } from './worker/mode.js';
import { planFromMirror } from './worker/plan-from-mirror.js';
import { workerMetrics } from './worker/worker-metrics.js';

export interface ReconcilerOptions {
  readonly store: Store;
  readonly queue: Queue;
  readonly loaded: LoadedPolicy;
  readonly netbox: { readonly url: string; readonly token: string; readonly ca?: string };
  readonly gate: Gate;
  /** Rate limits, the same for every part of this process. */
  readonly rate?: RequestLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly instanceId: string;
  /** `DIODE_MODE`. */
  readonly mode: Mode;
  /** Why ingest refuses, where the ingester is in this process. */
  readonly ingestClosed?: () => string | null;
  /** Partitions drained at the same time. */
  readonly concurrency?: number;
  /** Other times than the policy's settings; for tests. */
  readonly tuning?: Partial<WorkerSettings> & { readonly feedIntervalMs?: number; readonly sweepMs?: number };
  /** Puts something around the connection to NetBox: faults in tests. */
  readonly aroundNetbox?: (transport: Transport) => Transport;
}

/** The reconcile room: queue → identify → plan → apply → receipt, and the API that shows it. */
export interface Reconciler {
  readonly routes: FastifyPluginAsync;
  readonly health: readonly HealthCheck[];
  /** Fills in the verdicts the store leaves out (unchanged entities). */
  completeView(view: SyncView): Promise<SyncView>;
  readonly netbox: Netbox;
  /** Begins to work. Stops with the lifecycle. */
  start(): Promise<void>;
}

const GRACE_MS = 20_000;
const MAINTAIN_MS = 6 * 60 * 60_000;

export function makeReconciler(o: ReconcilerOptions): Reconciler {
  const reconcile = o.loaded.settings.reconciler;
  const { feedIntervalMs, sweepMs, ...tuning } = o.tuning ?? {};
  const settings = settingsOf({ workerId: o.instanceId, settings: reconcile, tuning });
  const hardStop = new AbortController();
  const gates = makeGates({ log: o.logger, now: Date.now });
  const known = makeKnownAnswers({ maxAgeMs: settings.mirrorMaxAgeMs, limit: 50_000, now: Date.now });
  const own = makeOwnRequests();
  const mode = makeModeSwitch(o.store);
  const rate = makeRate(Date.now);
  const completions = makeCompletions(o.store, o.logger);
  const netbox = openNetbox({
    ...o.netbox,
    settings: reconcile.netbox,
    timeoutMs: settings.netboxTimeoutMs,
    metrics: o.metrics.netbox,
    ...(o.aroundNetbox === undefined ? {} : { around: o.aroundNetbox }),
    onOpen: (fault) => gates.close('netbox', fault.detail),
    onClose: () => {
      gates.open('netbox');
      void wakeAll().catch(() => undefined);
    },
  });
  const deps: WorkerDeps = {
    store: o.store,
    netbox,
    brain: BRAIN,
    policy: () => o.loaded.policy,
    observing: async () => (await mode.get()) === 'observe',
    known,
    knownAliases: new Set(),
    ownRequests: own,
    log: o.logger,
    metrics: workerMetrics(o.metrics.reconcile),
    settings,
    newId: () => uuidv7(),
    now: Date.now,
    random: Math.random,
    hardStop: hardStop.signal,
  };
  const poller = makeFeedPoller({
    feed: netbox.feed,
    reader: netbox.reader,
    store: o.store,
    brain: BRAIN,
    known,
    own,
    log: o.logger,
  });
  let consumer: Consumer | null = null;

  async function wakeAll(): Promise<void> {
    await o.store.wakeRetrying();
    const due = await o.store.duePartitions();
    await o.queue.announce(due.map((partition) => ({ partition, syncId: randomUUID() })));
    // A drain also finds out when what is parked there is due; nobody asked while the breaker was open.
    for (let partition = 0; partition < PARTITIONS; partition += 1) consumer?.wakeIn(partition, 0);
  }

  /** A NetBox that is away is the breaker's business; the mirror then only ages. */
  async function pollFeed(): Promise<void> {
    if (netbox.breaker.openFor() !== null) return;
    try {
      if (netbox.lastStatus() === null) await netbox.reader.status();
      await poller.poll();
    } catch (error) {
      if (!(error instanceof NetboxFault)) throw error;
    }
  }

  async function stopWorking(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => hardStop.abort(), { once: true });
    await consumer?.stop(GRACE_MS);
    hardStop.abort();
    await completions.settled();
  }

  function showMode(now: Mode): void {
    if (now === 'observe') gates.close('mode', 'observe: plans and receipts are made, nothing is written');
    else gates.open('mode');
  }

  const complete = (view: SyncView): Promise<SyncView> =>
    completeView({ store: o.store, planFromMirror: (rows) => planFromMirror(deps, rows) }, view);

  return {
    netbox,
    completeView: complete,
    routes: reconcilerRoutes({
      store: o.store,
      gate: o.gate,
      rate: o.rate ?? null,
      mode,
      onMode: showMode,
      logger: o.logger,
      completeView: complete,
      policies: () => describePolicy(o.loaded),
      platform: () =>
        platformStatus({
          store: o.store,
          netbox,
          netboxUrl: o.netbox.url,
          gates,
          mode: mode.get,
          recentlyFinished: rate.lastMinute,
        }),
      whyIdle: () =>
        whyIdle({
          store: o.store,
          gates,
          mode: mode.get,
          feed: poller.state,
          held: () => consumer?.held().length ?? null,
          partitions: PARTITIONS,
          ingestClosed: o.ingestClosed ?? (() => null),
        }),
    }),
    health: [
      { name: 'postgres', critical: true, check: async () => void (await o.store.ping()) },
      { name: 'redis', critical: false, check: async () => void (await o.queue.ping()) },
      { name: 'netbox', critical: false, check: async () => netbox.breaker.openFor()?.detail },
    ],
    async start() {
      showMode(await mode.begin(o.mode));
      measureBacklog(o.store, o.metrics);
      const drain = makeDrain(
        deps,
        (done) => {
          rate.add(done.length);
          completions.note(done);
        },
        (partition, delayMs) => consumer?.wakeIn(partition, delayMs),
      );
      consumer = o.queue.consume({
        drain,
        concurrency: o.concurrency ?? 4,
        duePartitions: () => o.store.duePartitions(),
        sweepMs: sweepMs ?? reconcile.queue.sweepSeconds * 1_000,
        onFault: ({ where, error }) => o.logger.warn({ where, err: error }, 'the queue had a fault'),
      });
      const duty = { logger: o.logger, lifecycle: o.lifecycle };
      repeat({
        ...duty,
        name: 'change feed',
        everyMs: feedIntervalMs ?? reconcile.mirror.feedIntervalSeconds * 1_000,
        duty: pollFeed,
      });
      repeat({ ...duty, name: 'store maintenance', everyMs: MAINTAIN_MS, duty: () => o.store.maintain() });
      o.lifecycle.onStop({ phase: 'drain', name: 'reconciler', deadlineMs: GRACE_MS + 5_000, stop: stopWorking });
      o.lifecycle.onStop({ phase: 'settle', name: 'netbox', stop: () => netbox.close() });
    },
  };
}
