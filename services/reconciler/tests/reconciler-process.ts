/**
 * A reconciler alone in a process of its own, put together as the harness does, for tests that kill it. What it needs comes by the environment. It says
 * `loaded` and begins to work when it gets SIGUSR2, so that loading it costs the test no time.
 */
import { fileURLToPath } from 'node:url';
import { loadPolicy } from '@diode/policy';
import { openQueue } from '@diode/queue';
import { makeLifecycle, makeLogger, makeMetrics } from '@diode/runtime';
import { openStore } from '@diode/store';
import { makeReconciler } from '../src/index.js';

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

await new Promise<void>((go) => {
  const alive = setInterval(() => undefined, 60_000);
  process.once('SIGUSR2', () => {
    clearInterval(alive);
    go();
  });
  process.stdout.write('loaded\n');
});
const instanceId = given('INSTANCE_ID');
const loaded = loadPolicy(fileURLToPath(new URL('../../../config', import.meta.url)));
if (loaded.kind !== 'ok') throw new Error('the shipped policy is broken');
const logger = makeLogger({ level: 'warn', service: 'reconciler', instanceId, destination: process.stderr });
const store = await openStore({ databaseUrl: given('DATABASE_URL'), maxConnections: 6, statementTimeoutMs: 10_000 });
const queue = await openQueue({
  redisUrl: given('REDIS_URL'),
  prefix: given('REDIS_PREFIX'),
  instanceId,
  leaseMs: Number(given('LEASE_MS')),
});
const reconciler = makeReconciler({
  store,
  queue,
  loaded,
  netbox: { url: given('NETBOX_URL'), token: given('NETBOX_TOKEN') },
  gate: { admit: async () => Promise.reject(new Error('no API here')), admitSource: async () => undefined },
  logger,
  metrics: makeMetrics({ service: 'reconciler', parts: ['reconcile'] }),
  lifecycle: makeLifecycle({ logger }),
  instanceId,
  mode: 'write',
  tuning: JSON.parse(given('TUNING')),
});
await reconciler.start();
