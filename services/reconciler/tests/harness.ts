import { hash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Gate, Identity } from '@diode/access';
import type { Transport } from '@diode/netbox';
import { type NetboxSim, startNetboxSim } from '@diode/netbox-sim';
import { type LoadedPolicy, loadPolicy, type PolicyFiles } from '@diode/policy';
import type { Channel, JsonObject, Receipt, SyncView } from '@diode/protocol';
import { openQueue, PARTITIONS, type Queue } from '@diode/queue';
import { buildHttpApp, type HttpApp, makeLifecycle, makeLogger, makeMetrics, uuidv7 } from '@diode/runtime';
import { openStore, type Store } from '@diode/store';
import { collectLogs, freshDatabase, freshRedisPrefix } from '@diode/testkit';
import { inject } from 'vitest';
import { makeReconciler, type Reconciler, type ReconcilerOptions } from '../src/index.js';

const CONFIG = fileURLToPath(new URL('../../../config', import.meta.url));
export const TOKEN = '0123456789abcdef0123456789abcdef01234567';

export interface Assert {
  readonly type: string;
  readonly data: JsonObject;
}

/** One reconciler process of a test: its own connections, instance id and API. */
export interface Worker {
  readonly reconciler: Reconciler;
  readonly app: HttpApp;
  readonly queue: Queue;
  stop(): Promise<void>;
}

export interface World {
  readonly sim: NetboxSim;
  readonly store: Store;
  readonly databaseUrl: string;
  /** Before the keys of the world's Redis. */
  readonly redisPrefix: string;
  readonly logs: ReturnType<typeof collectLogs>;
  readonly loaded: LoadedPolicy;
  /** Starts a reconciler on the world's Postgres, Redis and NetBox. */
  worker(
    o?: Partial<Pick<ReconcilerOptions, 'mode' | 'tuning' | 'instanceId'>> & { around?: (t: Transport) => Transport },
  ): Promise<Worker>;
  /** Stores entities as the ingester does and wakes the workers. */
  send(
    entities: readonly Assert[],
    o?: { source?: string; channel?: Channel; dryRun?: boolean; scatter?: boolean },
  ): Promise<string>;
  /** Waits until all of a sync is terminal and gives its receipts. */
  receipts(syncId: string, timeoutMs?: number): Promise<SyncView>;
  /** Sends one entity and gives its receipt. */
  one(type: string, data: JsonObject, o?: { source?: string; dryRun?: boolean }): Promise<Receipt>;
  /** What the stand-in holds: a list of its REST API. */
  netbox(path: string): Promise<Record<string, unknown>[]>;
  /** A person at NetBox. */
  human(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: JsonObject): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Times that keep tests short: a lost answer is believed lost after 1.2 s. */
const TUNING = {
  netboxTimeoutMs: 1_000,
  repeatMarginMs: 200,
  retryFirstMs: 50,
  retryMaxMs: 400,
  standBackMs: 50,
  feedIntervalMs: 100,
  sweepMs: 200,
  leaseMs: 4_000,
} as const;

export async function startWorld(o: { policy?: PolicyFiles } = {}): Promise<World> {
  const database = await freshDatabase();
  const sim = await startNetboxSim({ token: TOKEN });
  const logs = collectLogs();
  const prefix = freshRedisPrefix();
  const loaded = loadPolicy(o.policy ?? CONFIG);
  if (loaded.kind !== 'ok') throw new Error('the shipped policy is broken');
  const open = (): Promise<Store> =>
    openStore({ databaseUrl: database.url, maxConnections: 6, statementTimeoutMs: 10_000 });
  const store = await open();
  const workers: Worker[] = [];
  const announcer = await openQueue({ redisUrl: inject('redisUrl'), prefix, instanceId: 'ingester', leaseMs: 5_000 });

  async function worker(w: Parameters<World['worker']>[0] = {}): Promise<Worker> {
    const instanceId = w.instanceId ?? `worker-${workers.length + 1}`;
    const logger = makeLogger({ level: 'info', service: 'reconciler', instanceId, destination: logs.destination });
    const life = makeLifecycle({ logger });
    const own = await open();
    const queue = await openQueue({ redisUrl: inject('redisUrl'), prefix, instanceId, leaseMs: 5_000 });
    const reconciler = makeReconciler({
      store: own,
      queue,
      loaded: loaded as LoadedPolicy,
      netbox: { url: sim.url, token: TOKEN },
      gate: ANYONE,
      logger,
      metrics: makeMetrics({ service: 'reconciler', parts: ['reconcile'] }),
      lifecycle: life,
      instanceId,
      mode: w.mode ?? 'write',
      tuning: { ...TUNING, ...w.tuning },
      ...(w.around === undefined ? {} : { aroundNetbox: w.around }),
    });
    const app = buildHttpApp({ logger });
    await app.register(reconciler.routes);
    await reconciler.start();
    let stopped = false;
    const made: Worker = {
      reconciler,
      app,
      queue,
      async stop() {
        if (stopped) return;
        stopped = true;
        await life.stop('test');
        await app.close();
        await queue.close();
        await own.close();
      },
    };
    workers.push(made);
    return made;
  }

  const world: World = {
    sim,
    store,
    databaseUrl: database.url,
    redisPrefix: prefix,
    logs,
    loaded,
    worker,
    async send(entities, s = {}) {
      const syncId = uuidv7();
      const at = new Date().toISOString();
      const rows = entities.map((entity, index) => ({
        objectType: entity.type,
        data: entity.data,
        observedAt: at,
        ...route(entity, s.scatter === true ? index : null),
      }));
      await store.storeSync({
        syncId,
        source: s.source ?? 'lab',
        clientId: 'test',
        channel: s.channel ?? 'http',
        dryRun: s.dryRun ?? false,
        receivedAt: at,
        refused: 0,
        errors: [],
        notes: [],
        entities: rows,
        idempotency: null,
      });
      await announcer.announce(rows.map((row) => ({ partition: row.partition, syncId })));
      return syncId;
    },
    async receipts(syncId, timeoutMs = 15_000) {
      const done = await store.waitTerminal(syncId, timeoutMs);
      const view = await store.sync(syncId, { limit: 1_000, cursor: null });
      if (view === null) throw new Error('no such sync');
      if (!done) throw new Error(`not terminal: ${JSON.stringify(view, null, 1)}`);
      return view;
    },
    async one(type, data, s = {}) {
      const view = await world.receipts(await world.send([{ type, data }], s));
      return view.entities[0]!;
    },
    netbox: async (path) => ((await ask(sim.url, 'GET', path)).results ?? []) as Record<string, unknown>[],
    human: (method, path, body) => ask(sim.url, method, path, body),
    async close() {
      for (const one of workers.reverse()) await one.stop();
      await announcer.close();
      await store.close();
      await sim.close();
      await database.drop();
    },
  };
  return world;
}

/** What the ingester would choose: by label; a device's own words keep its parts together. `scatter` puts each elsewhere. */
function route(entity: Assert, scatter: number | null): { partition: number; orderingKey: string } {
  const label = entity.data.name ?? entity.data.address ?? entity.data.prefix ?? JSON.stringify(entity.data);
  const digest = hash(
    'sha1',
    `${entity.type}|${String(label).toLowerCase()}|${JSON.stringify(entity.data.device ?? null)}`,
    'buffer',
  );
  return {
    partition: scatter === null ? 3 : scatter % PARTITIONS,
    orderingKey: digest.readBigInt64BE(0).toString(),
  };
}

async function ask(url: string, method: string, path: string, body?: JsonObject): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/api/${path}`, {
    method,
    headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

const SOMEBODY: Identity = {
  clientId: 'tester',
  subject: 'tester',
  scopes: new Set(['read', 'admin']),
  expiresAt: new Date('2100-01-01'),
  tokenHash: '0',
};

/** Who may call is @diode/access's matter, tested there. */
const ANYONE: Gate = { admit: async () => SOMEBODY, admitSource: async () => undefined };
