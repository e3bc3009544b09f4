import { isDeepStrictEqual } from 'node:util';
import { type ClientRecord, type ClientWish, readClient } from './client-record.js';
import type { ClientStore } from './client-store.js';
import type { ClientSeed, IssuerLog } from './contract.js';
import { secretMatches } from './secret-hash.js';

/** Sees to it that the seeds are there and as they say. Idempotent; what a seed does not name is left as it is. */
export async function bootstrapClients(
  seeds: readonly ClientSeed[],
  clients: ClientStore,
  log: IssuerLog,
): Promise<void> {
  await Promise.all(seeds.map((seed) => bootstrapClient(seed, clients, log)));
}

async function bootstrapClient(seed: ClientSeed, clients: ClientStore, log: IssuerLog): Promise<void> {
  const client_id = seed.client_id;
  const existing = clients.get(client_id);
  if (existing === undefined) {
    await clients.create(readClient(seed));
    log.info({ client_id }, 'client created');
    return;
  }
  const wish = repaired(existing, seed);
  const sameSecret = await secretMatches(seed.client_secret, existing.secret_hash);
  if (sameSecret && sameFields(existing, wish)) return;
  await clients.replace(client_id, sameSecret ? { ...wish, secret: undefined } : wish);
  log.info({ client_id, secret_changed: !sameSecret }, 'client repaired');
}

function repaired(existing: ClientRecord, seed: ClientSeed): ClientWish {
  const { secret_hash: _hash, lifespan_s: _lifespan, created_at: _created, updated_at: _updated, ...kept } = existing;
  const said = Object.fromEntries(Object.entries(seed).filter(([, value]) => value !== undefined));
  return readClient({ ...kept, ...said });
}

function sameFields(existing: ClientRecord, wish: ClientWish): boolean {
  return isDeepStrictEqual({ ...existing, ...wish.fields }, existing);
}
