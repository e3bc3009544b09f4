import { type SpawnedNode, spawnNode } from '@diode/testkit';
import { inject } from 'vitest';
import { TOKEN, type World } from './harness.js';

export interface ReconcilerChild {
  /** Its instance id: what holds its claims. */
  readonly name: string;
  readonly node: SpawnedNode;
}

/** Times short enough for tests that kill; the claims of a dead one are free after `leaseMs`. */
export const CHILD_TUNING = {
  netboxTimeoutMs: 1_000,
  repeatMarginMs: 200,
  retryFirstMs: 50,
  retryMaxMs: 400,
  standBackMs: 50,
  feedIntervalMs: 60_000,
  sweepMs: 200,
  leaseMs: 2_000,
} as const;

let children = 0;

/** Loads a reconciler for the world in a process of its own; `setToWork` lets it begin. */
export function loadReconciler(
  world: World,
  o: { readonly netboxUrl: string; readonly redisUrl?: string; readonly tuning?: object },
): ReconcilerChild {
  children += 1;
  const name = `reconciler-${children}`;
  const node = spawnNode(new URL('./reconciler-process.ts', import.meta.url).pathname, [], {
    INSTANCE_ID: name,
    DATABASE_URL: world.databaseUrl,
    REDIS_URL: o.redisUrl ?? inject('redisUrl'),
    REDIS_PREFIX: world.redisPrefix,
    LEASE_MS: '1500',
    NETBOX_URL: o.netboxUrl,
    NETBOX_TOKEN: TOKEN,
    TUNING: JSON.stringify({ ...CHILD_TUNING, ...o.tuning }),
  });
  return { name, node };
}

export async function setToWork({ node }: ReconcilerChild): Promise<void> {
  await node.line(/^loaded$/);
  process.kill(node.pid, 'SIGUSR2');
}
