import { DiodeError } from '@diode/protocol';
import pRetry from 'p-retry';
import type { HydraClients } from './hydra-clients.js';

export interface WaitOptions {
  /** Default 120,000: Hydra waits for its migration, and that for Postgres. */
  readonly limitMs?: number;
  /** Between two looks, ms. Default 500. */
  readonly everyMs?: number;
}

const SAY_EVERY_MS = 10_000;

/** Waits for Hydra, saying so now and then. @throws DiodeError token_service_unavailable with the remedy after the limit */
export async function waitUntilReady(
  o: { readonly hydra: HydraClients; readonly adminUrl: string; readonly say: (line: string) => void },
  { limitMs = 120_000, everyMs = 500 }: WaitOptions = {},
): Promise<void> {
  const started = performance.now();
  let saidAt = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<void> => {
    if (await o.hydra.ready()) return;
    const now = performance.now();
    if (now - saidAt >= SAY_EVERY_MS) {
      o.say(`waiting for Hydra at ${o.adminUrl} (${Math.round((now - started) / 1000)} s)`);
      saidAt = now;
    }
    throw new Error('not ready');
  };
  try {
    await pRetry(look, {
      retries: Math.ceil(limitMs / everyMs),
      minTimeout: everyMs,
      factor: 1,
      maxRetryTime: limitMs,
    });
  } catch (cause) {
    throw new DiodeError('token_service_unavailable', {
      detail: `Hydra at ${o.adminUrl} was not ready within ${Math.round(limitMs / 1000)} s. Look at "docker compose logs hydra hydra-migrate", and whether HYDRA_ADMIN_URL is its admin address.`,
      cause,
    });
  }
}
