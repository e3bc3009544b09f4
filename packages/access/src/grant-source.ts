import { DiodeError } from '@diode/protocol';
import type { GrantSource, SourceGrant } from './contract.js';

/** Asks an authority for a client's grant. Rejects when it cannot be asked. */
export type GrantLookup = (clientId: string, signal: AbortSignal) => Promise<SourceGrant>;

export interface GrantSourceOptions {
  /** What oauth2/client-config.json binds; used as is and never looked up. */
  readonly configured?: ReadonlyMap<string, readonly string[]>;
  /** Where other clients' grants are kept. Without it they are not bound. */
  readonly lookup?: GrantLookup;
  /** An answer counts this long, ms. Default 60 s. */
  readonly ttlMs?: number;
  /** While the authority is away an old answer counts this long, ms. Default 1 hour. */
  readonly maxStaleMs?: number;
  readonly timeoutMs?: number;
  /** Clients remembered. Default 10,000. */
  readonly maxEntries?: number;
  /** Epoch ms. Default Date.now. */
  readonly now?: () => number;
}

interface Known {
  readonly grant: SourceGrant;
  readonly atMs: number;
}

/** Grants with a memory: one look-up a client and minute, shared by all who wait for it. */
export function makeGrantSource(options: GrantSourceOptions): GrantSource {
  const now = options.now ?? Date.now;
  const ttlMs = options.ttlMs ?? 60_000;
  const maxStaleMs = options.maxStaleMs ?? 60 * 60_000;
  const maxEntries = options.maxEntries ?? 10_000;
  const known = new Map<string, Known>();
  const inFlight = new Map<string, Promise<SourceGrant>>();

  const remember = (clientId: string, grant: SourceGrant): void => {
    known.delete(clientId);
    if (known.size >= maxEntries) {
      for (const oldest of known.keys()) {
        known.delete(oldest);
        break;
      }
    }
    known.set(clientId, { grant, atMs: now() });
  };

  const ask = async (lookup: GrantLookup, clientId: string): Promise<SourceGrant> => {
    try {
      const grant = await lookup(clientId, AbortSignal.timeout(options.timeoutMs ?? 5_000));
      remember(clientId, grant);
      return grant;
    } catch (cause) {
      const old = known.get(clientId);
      if (old !== undefined && now() - old.atMs < maxStaleMs) return old.grant;
      const detail = 'What this client may assert cannot be looked up at the moment.';
      throw new DiodeError('token_service_unavailable', { detail, cause, retryAfterMs: 2_000 });
    } finally {
      inFlight.delete(clientId);
    }
  };

  return {
    async sourcesOf(clientId) {
      const configured = options.configured?.get(clientId);
      if (configured !== undefined || options.lookup === undefined) return configured;
      const entry = known.get(clientId);
      if (entry !== undefined && now() - entry.atMs < ttlMs) return entry.grant;
      const asking = inFlight.get(clientId) ?? ask(options.lookup, clientId);
      inFlight.set(clientId, asking);
      return asking;
    },
  };
}
