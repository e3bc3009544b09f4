import type { Identity } from './contract.js';

/**
 * Identities of tokens already verified, by hash. Bounded (oldest out first), and never past a token's expiry
 * nor `maxAgeMs`. Cleared whenever the issuer's keys change, so a withdrawn key ends its tokens.
 */
export interface VerificationCache {
  get(tokenHash: string, nowMs: number): Identity | undefined;
  put(identity: Identity, nowMs: number): void;
  clear(): void;
  readonly size: number;
}

export function makeVerificationCache(options: { maxEntries: number; maxAgeMs: number }): VerificationCache {
  const entries = new Map<string, { identity: Identity; untilMs: number }>();
  return {
    get(tokenHash, nowMs) {
      const entry = entries.get(tokenHash);
      if (entry === undefined) return undefined;
      if (nowMs < entry.untilMs) return entry.identity;
      entries.delete(tokenHash);
      return undefined;
    },
    put(identity, nowMs) {
      const untilMs = Math.min(identity.expiresAt.getTime(), nowMs + options.maxAgeMs);
      if (untilMs <= nowMs || options.maxEntries === 0) return;
      if (entries.size >= options.maxEntries) {
        for (const oldest of entries.keys()) {
          entries.delete(oldest);
          break;
        }
      }
      entries.set(identity.tokenHash, { identity, untilMs });
    },
    clear: () => entries.clear(),
    get size() {
      return entries.size;
    },
  };
}
