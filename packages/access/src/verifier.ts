import { hash } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { bearerToken } from './bearer.js';
import { identityFrom } from './claims.js';
import type { Refusal, Verification, Verifier } from './contract.js';
import { KeysUnavailable, makeKeySource } from './key-source.js';
import { makeVerificationCache } from './verification-cache.js';

/** Asymmetric only. `none` and the HS family can never be listed: the type does not have them. */
export type SigningAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

export const DEFAULT_ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

export interface VerifierOptions {
  /** `iss`, compared to the letter but for one trailing slash on either side. */
  readonly issuer: string;
  readonly jwksUrl: string;
  /** A token that carries an audience must include this one. */
  readonly audience: string;
  readonly algorithms?: readonly SigningAlgorithm[];
  /** Clocks may differ by this much, seconds. Default 30. */
  readonly clockToleranceS?: number;
  /** Longest token looked at, bytes. Default 8192; Hydra's are about 1.1 kB. */
  readonly maxTokenBytes?: number;
  /** Identities kept. Default 10,000. */
  readonly cacheEntries?: number;
  /** Held keys are fetched anew after this, ms. Default 5 minutes. */
  readonly keysRefreshAfterMs?: number;
  /** Held keys are used at most this long while the issuer is away, ms. Default 1 hour. */
  readonly keysMaxStaleMs?: number;
  /** Least time between two fetches of the keys, ms. Default 2,000. */
  readonly keysCooldownMs?: number;
  /** Limit of one fetch of the keys, ms. Default 5,000. */
  readonly keysTimeoutMs?: number;
  /** Epoch ms. Default Date.now. */
  readonly now?: () => number;
}

const MAX_CACHED_MS = 5 * 60_000;

/** Local verification of the issuer's JWT access tokens (I12: each service does it itself). */
export function makeVerifier(options: VerifierOptions): Verifier {
  const now = options.now ?? Date.now;
  const cooldownMs = options.keysCooldownMs ?? 2_000;
  const cache = makeVerificationCache({ maxEntries: options.cacheEntries ?? 10_000, maxAgeMs: MAX_CACHED_MS });
  const keys = makeKeySource({
    jwksUrl: options.jwksUrl,
    now,
    refreshAfterMs: options.keysRefreshAfterMs ?? 5 * 60_000,
    maxStaleMs: options.keysMaxStaleMs ?? 60 * 60_000,
    cooldownMs,
    timeoutMs: options.keysTimeoutMs ?? 5_000,
    onChange: () => cache.clear(),
  });
  const bare = options.issuer.replace(/\/$/, '');
  const checks = {
    issuer: [bare, `${bare}/`],
    algorithms: [...(options.algorithms ?? DEFAULT_ALGORITHMS)],
    clockTolerance: options.clockToleranceS ?? 30,
    requiredClaims: ['exp', 'iss'],
  };

  const verify: Verifier['verify'] = async (authorization) => {
    const bearer = bearerToken(authorization, options.maxTokenBytes ?? 8_192);
    if (bearer.kind === 'refused') return bearer;
    const tokenHash = hash('sha256', bearer.token);
    try {
      await keys.ready();
      const known = cache.get(tokenHash, now());
      if (known !== undefined) return { kind: 'ok', identity: known };
      const { payload } = await jwtVerify(bearer.token, keys.getKey, { ...checks, currentDate: new Date(now()) });
      const claims = identityFrom(payload, { audience: options.audience, tokenHash });
      if ('reason' in claims) return refused(claims.reason);
      cache.put(claims.identity, now());
      return { kind: 'ok', identity: claims.identity };
    } catch (error) {
      if (error instanceof KeysUnavailable) return unavailable(cooldownMs);
      return refused(reasonFor(error));
    }
  };
  return { verify, authenticate: (headers) => verify(headers.authorization) };
}

/** Whatever jose throws about a token is the token's fault; the words never repeat what it held. */
function reasonFor(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The access token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'The access token is from another issuer.';
    if (error.claim === 'nbf') return 'The access token is not valid yet.';
    return 'The access token lacks a claim or holds one that is malformed.';
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'The access token is signed by an algorithm that is not allowed.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The access token is signed by a key the issuer does not have.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the access token is wrong.';
  return 'The access token cannot be read as a signed JWT.';
}

function refused(reason: string): Refusal<'unauthenticated'> {
  return { kind: 'refused', code: 'unauthenticated', reason };
}

function unavailable(retryAfterMs: number): Verification {
  return {
    kind: 'refused',
    code: 'token_service_unavailable',
    reason: 'The keys of the token issuer cannot be fetched at the moment.',
    retryAfterMs,
  };
}
