import type { JWTPayload } from 'jose';
import type { Identity } from './contract.js';

/** Latest instant a Date can hold, ms. */
const LAST_DATE_MS = 8.64e15;

/** Identity from claims that jose has already checked (signature, issuer, exp, nbf); or a reason to refuse. */
export function identityFrom(
  payload: JWTPayload,
  context: { audience: string; tokenHash: string },
): { readonly identity: Identity } | { readonly reason: string } {
  if (!audienceAllows(payload.aud, context.audience)) {
    return { reason: `The access token is for another audience than "${context.audience}".` };
  }
  const clientId = payload.client_id;
  // An ID token of the same issuer has a good signature too, but no client_id (RFC 9068 §2.2 wants one here).
  if (typeof clientId !== 'string' || clientId === '') return { reason: 'The access token names no client.' };
  const { sub, exp } = payload;
  if (typeof exp !== 'number') return { reason: 'The access token has no expiry.' };
  return {
    identity: {
      clientId,
      subject: typeof sub === 'string' && sub !== '' ? sub : clientId,
      scopes: scopesFrom(payload),
      expiresAt: new Date(Math.min(exp * 1000, LAST_DATE_MS)),
      tokenHash: context.tokenHash,
    },
  };
}

/** No audience, or an empty one, binds nothing (READING "Clients and tokens"); a token that carries one must include ours. */
function audienceAllows(aud: unknown, audience: string): boolean {
  if (aud === undefined || aud === null || aud === '') return true;
  if (typeof aud === 'string') return aud === audience;
  return Array.isArray(aud) && (aud.length === 0 || aud.includes(audience));
}

/** Hydra writes `scp` as a list; others a `scope` string. Either shape under either name is read. */
function scopesFrom(payload: JWTPayload): ReadonlySet<string> {
  const scopes = new Set<string>();
  for (const claim of [payload.scp, payload.scope]) {
    const list: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
    for (const scope of list) if (typeof scope === 'string' && scope !== '') scopes.add(scope);
  }
  return scopes;
}
