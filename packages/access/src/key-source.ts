import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { fetchJwks } from './fetch-jwks.js';

/** The issuer's keys cannot be had, and none are held that are young enough to use. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface KeySourceOptions {
  readonly jwksUrl: string;
  readonly now: () => number;
  /** Held keys are fetched anew after this, ms. */
  readonly refreshAfterMs: number;
  /** While the issuer is away, held keys are used up to this age, ms; then nothing can be verified. */
  readonly maxStaleMs: number;
  /** Least time between two fetches, ms: a flood of unknown key ids is one fetch per cooldown. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  /** Called when the set differs from the one held before. */
  readonly onChange: () => void;
}

/** The issuer's public keys: fetched once, refreshed by age and on unknown key ids, kept while the issuer is briefly away. */
export interface KeySource {
  readonly getKey: JWTVerifyGetKey;
  /** Sees to it that keys which may be used are held. Throws {@link KeysUnavailable}. */
  ready(): Promise<void>;
}

interface Held {
  readonly local: ReturnType<typeof createLocalJWKSet>;
  readonly digest: string;
  readonly fetchedAtMs: number;
}

export function makeKeySource(options: KeySourceOptions): KeySource {
  let held: Held | undefined;
  let attemptedAtMs = Number.NEGATIVE_INFINITY;
  let lastFailed = false;
  let inFlight: Promise<void> | undefined;

  const accept = (jwks: JSONWebKeySet): void => {
    const digest = createHash('sha256').update(JSON.stringify(jwks.keys)).digest('hex');
    const changed = held !== undefined && held.digest !== digest;
    held = { local: createLocalJWKSet(jwks), digest, fetchedAtMs: options.now() };
    if (changed) options.onChange();
  };

  /** One fetch at a time, shared by all who wait. Resolves whether it worked or not. */
  const refresh = (): Promise<void> => {
    inFlight ??= (async () => {
      attemptedAtMs = options.now();
      try {
        accept(await fetchJwks(options.jwksUrl, options.timeoutMs));
        lastFailed = false;
      } catch {
        lastFailed = true;
      } finally {
        inFlight = undefined;
      }
    })();
    return inFlight;
  };

  const mayFetch = (): boolean => inFlight !== undefined || options.now() - attemptedAtMs >= options.cooldownMs;
  const ageMs = (): number => (held === undefined ? Number.POSITIVE_INFINITY : options.now() - held.fetchedAtMs);

  const ready = async (): Promise<void> => {
    if (ageMs() < options.refreshAfterMs) return;
    // After a failure nobody waits on the issuer twice: held keys serve while one fetch goes on beside.
    const fetching = mayFetch() ? refresh() : undefined;
    if (fetching !== undefined && !(lastFailed && ageMs() < options.maxStaleMs)) await fetching;
    if (ageMs() >= options.maxStaleMs) throw new KeysUnavailable();
  };

  const getKey: JWTVerifyGetKey = async (header, token) => {
    await ready();
    if (held === undefined) throw new KeysUnavailable();
    try {
      return await held.local(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (mayFetch()) await refresh();
      // With the issuer away an unknown key may be a new one: that is not the caller's fault.
      if (lastFailed) throw new KeysUnavailable();
      return held.local(header, token);
    }
  };

  return { getKey, ready };
}
