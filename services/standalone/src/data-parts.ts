import { join } from 'node:path';
import { type RunningPart, startPostgres, startRedis } from '@diode/embedded';
import { openQueue, type Queue } from '@diode/queue';
import type { Lifecycle, Logger } from '@diode/runtime';
import { migrate, openStore, type Store } from '@diode/store';
import { keptSecret } from './kept-secret.js';
import { progress } from './progress.js';

const MAX_CONNECTIONS = 20;
const STATEMENT_TIMEOUT_MS = 30_000;

export interface DataPartsOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  /** Who this process is where nothing proves that it is alone with its data directory. */
  readonly instanceId: string;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly life: Lifecycle;
}

export interface DataParts {
  readonly store: Store;
  readonly queue: Queue;
  readonly postgres: RunningPart;
  readonly redis: RunningPart;
  /** Who claims work and holds leases: the same after every restart on this data directory. */
  readonly instanceId: string;
}

/**
 * Postgres and Redis (embedded or given), migrated, with the store and the queue on them. What a predecessor on this data directory had in hand when it was
 * killed is free again when this returns; changes it left open are resolved by whoever gets the work (I4).
 */
export async function startDataParts(o: DataPartsOptions): Promise<DataParts> {
  progress(o.logger, 'Starting Postgres and Redis ...');
  const [postgres, redis] = await Promise.all([
    startPostgres({
      dataDir: join(o.dataDir, 'postgres'),
      log: o.logger,
      ...(o.databaseUrl === null ? {} : { databaseUrl: o.databaseUrl }),
    }),
    startRedis({
      dataDir: join(o.dataDir, 'redis'),
      log: o.logger,
      ...(o.redisUrl === null ? {} : { redisUrl: o.redisUrl }),
    }),
  ]);
  for (const [name, part] of [
    ['Postgres', postgres],
    ['Redis', redis],
  ] as const) {
    o.life.onStop({ phase: 'parts', name, stop: () => part.stop() });
    if (part.warning !== null) o.logger.warn({ part: name, progress: true }, part.warning);
  }
  const { applied } = await migrate(postgres.url);
  if (applied.length > 0) o.logger.info({ applied: applied.length }, 'database migrated');
  const store = await openStore({
    databaseUrl: postgres.url,
    maxConnections: MAX_CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const instanceId = await succeed(o, store, [postgres, redis]);
  const queue = await openQueue({
    redisUrl: redis.url,
    prefix: 'diode:',
    instanceId,
    leaseMs: o.leaseMs,
  });
  o.life.onStop({ phase: 'close', name: 'queue', stop: () => queue.close() });
  o.life.onStop({ phase: 'close', name: 'store', stop: () => store.close() });
  return { store, queue, postgres, redis, instanceId };
}

/**
 * An embedded part is locked by one living process, so whoever has the lock knows that the predecessor of the same id is dead and need not wait for the end of its
 * claims. With both parts given there is no lock: the process then has an id of its own, and claims run out.
 */
async function succeed(
  o: Pick<DataPartsOptions, 'dataDir' | 'instanceId' | 'logger'>,
  store: Store,
  parts: readonly RunningPart[],
): Promise<string> {
  if (parts.every((part) => part.kind === 'given')) return o.instanceId;
  const instanceId = `standalone-${await keptSecret(o.dataDir, 'instance-id')}`;
  const freed = await store.abandonClaims(instanceId);
  if (freed > 0) o.logger.info({ entities: freed }, 'work a killed predecessor had in hand is taken up again');
  return instanceId;
}
