import {
  type Identity,
  type Need,
  type Refusal,
  type RequestHeaders,
  requireScope,
  type Verifier,
} from '@diode/access';
import type { ActiveToken, IssuerAdmin } from './contract.js';
import { ExpiringMap } from './expiring-map.js';

/** How long a revoked token or deleted client may go on (the promise of the security page). */
const BELIEVED_MS = 15_000;

export type Caller =
  | { readonly kind: 'ok'; readonly identity: Identity; readonly token: ActiveToken }
  | Refusal<'unauthenticated' | 'token_service_unavailable' | 'insufficient_scope'>;

/** Who is calling: verified here by signature and claims (I12), then asked of the issuer, which knows what was revoked. */
export interface Callers {
  /** Throws DiodeError `token_service_unavailable` when the issuer cannot be asked. */
  caller(headers: RequestHeaders, need?: Need): Promise<Caller>;
  forget(clientId: string): void;
}

export function makeCallers(deps: { verifier: Verifier; admin: IssuerAdmin; now: () => number }): Callers {
  const active = new ExpiringMap<ActiveToken>({ maxEntries: 10_000, now: deps.now });
  return {
    async caller(headers, need) {
      const verified = await deps.verifier.authenticate(headers);
      if (verified.kind === 'refused') return verified;
      const { identity } = verified;
      const token = active.get(identity.tokenHash) ?? (await deps.admin.introspect(rawToken(headers)));
      if (token === undefined) {
        return { kind: 'refused', code: 'unauthenticated', reason: 'The access token was revoked.' };
      }
      active.set(identity.tokenHash, token, Math.min(BELIEVED_MS, identity.expiresAt.getTime() - deps.now()));
      const allowed = need === undefined ? { kind: 'ok' as const } : requireScope(identity, need);
      return allowed.kind === 'ok' ? { kind: 'ok', identity, token } : allowed;
    },
    forget: (clientId) => active.deleteWhere((token) => token.client_id === clientId),
  };
}

/** The token of a header that was verified already. */
function rawToken(headers: RequestHeaders): string {
  const value = [headers.authorization].flat()[0] ?? '';
  return value.replace(/^bearer +/i, '').trimEnd();
}
