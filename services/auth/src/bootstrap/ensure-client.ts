import { isDeepStrictEqual } from 'node:util';
import type { ClientSeed } from '@diode/access';
import { DiodeError } from '@diode/protocol';
import type { HydraClients, ShownClient } from './hydra-clients.js';

/** What became of a client. `unchanged`: its fields were right; the secret is written all the same, because Hydra shows none. */
export type Outcome = 'created' | 'repaired' | 'unchanged';

/** Two bootstraps at once, or somebody who deletes meanwhile: the other way is taken, but not for ever. */
const TURNS = 5;

/** Sees to it that the client is there, as the configuration says; what that does not name stays as it is. May run twice at once. */
export async function ensureClient(hydra: HydraClients, seed: ClientSeed): Promise<Outcome> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const existing = await hydra.get(seed.client_id);
    if (existing === undefined) {
      if ((await hydra.create({ response_types: ['token'], ...said(seed) })) === 'created') return 'created';
      continue;
    }
    const wish = merged(existing, seed);
    const { client_secret: _, ...fields } = wish;
    const same = Object.entries(fields).every(([name, value]) => isDeepStrictEqual(value, existing[name]));
    if ((await hydra.replace(seed.client_id, wish)) === 'replaced') return same ? 'unchanged' : 'repaired';
  }
  throw new DiodeError('internal', { detail: `The client ${seed.client_id} is made and deleted by somebody else.` });
}

/** Fields that are Hydra's to say; sent back they would be refused or mean something else. */
const OF_HYDRA: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
]);

/** PUT wipes what it does not hold (facts: Hydra's clients), so what is there goes back with it. */
function merged(existing: ShownClient, seed: ClientSeed): Readonly<Record<string, unknown>> {
  const kept = Object.fromEntries(Object.entries(existing).filter(([name]) => !OF_HYDRA.has(name)));
  const { metadata } = existing;
  const before = typeof metadata === 'object' && metadata !== null ? metadata : {};
  return { ...kept, ...said(seed), metadata: { ...before, ...seed.metadata } };
}

function said(seed: ClientSeed): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(seed).filter(([, value]) => value !== undefined));
}
