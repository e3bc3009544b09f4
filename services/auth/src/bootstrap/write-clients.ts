import type { BootstrapContext } from './context.js';
import { ensureClient } from './ensure-client.js';
import { type WaitOptions, waitUntilReady } from './wait-until-ready.js';

/** Writes every configured client to Hydra, one line each. Safe to run again, at any time, and twice at once. */
export async function writeClients(c: BootstrapContext, wait: WaitOptions): Promise<void> {
  // Read first: a mistake in the configuration is said at once, not after two minutes of waiting.
  const seeds = await c.seeds();
  if (c.demo) c.err('Demo mode: clients have published secrets and the scope admin. Never where others can reach it.');
  await waitUntilReady({ hydra: c.hydra, adminUrl: c.adminUrl, say: c.err }, wait);
  // One after the other: Hydra's pool is small.
  for (const seed of seeds) c.out(`${seed.client_id}: ${await ensureClient(c.hydra, seed)}`);
  await c.haveKeys();
  c.out(`${seeds.length} clients ready`);
}
