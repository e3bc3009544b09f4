import {
  type Identity,
  type Need,
  type Refusal,
  type RequestHeaders,
  requireScope,
  type Verifier,
} from '@diode/access';
import type { ActiveToken, IssuerAdmin } from './contract.js';
import { UNCOUNTED, type VerdictMetrics } from './edge/verdict-metrics.js';
import { ExpiringMap } from './expiring-map.js';

/**
 * How long an answer counts, from when it was asked for. A revoked token or deleted client stops within 15 s (the promise of the security
 * page): a second is left for asking again.
 */
const BELIEVED_MS = 14_000;
/** How long an inactive token is not asked about again: a client that retries it costs the issuer nothing. */
const INACTIVE_MS = 2_000;

export type Caller =
  | { readonly kind: 'ok'; readonly identity: Identity; readonly token: ActiveToken }
  | Refusal<'unauthenticated' | 'token_service_unavailable' | 'insufficient_scope'>;

/** Who is calling: verified here by signature and claims (I12), then asked of the issuer, which knows what was revoked. */
export interface Callers {
  /** Throws DiodeError `token_service_unavailable` when the issuer cannot be asked. */
  caller(headers: RequestHeaders, need?: Need): Promise<Caller>;
  /** What is known of a client's tokens, and what is being asked now, counts no longer. */
  forget(clientId: string): void;
}

export function makeCallers(deps: {
  readonly verifier: Verifier;
  readonly admin: IssuerAdmin;
  readonly now: () => number;
  readonly metrics?: VerdictMetrics | undefined;
}): Callers {
  const metrics = deps.metrics ?? UNCOUNTED;
  const active = new ExpiringMap<ActiveToken>({ maxEntries: 10_000, now: deps.now });
  const inactive = new ExpiringMap<true>({ maxEntries: 10_000, now: deps.now });
  const asking = new Map<string, Promise<ActiveToken | undefined>>();
  let forgotten = 0;

  /** One question at a time about a token, shared by all who wait for the answer. */
  const ask = async (identity: Identity, raw: string): Promise<ActiveToken | undefined> => {
    const before = forgotten;
    const untilMs = Math.min(deps.now() + BELIEVED_MS, identity.expiresAt.getTime());
    const token = await deps.admin.introspect(raw);
    if (token === undefined) inactive.set(identity.tokenHash, true, INACTIVE_MS);
    // An answer from before somebody was forgotten serves who waits for it, and is not kept.
    else if (before === forgotten) active.set(identity.tokenHash, token, untilMs - deps.now());
    return token;
  };

  const look = (
    identity: Identity,
    headers: RequestHeaders,
  ): ActiveToken | undefined | Promise<ActiveToken | undefined> => {
    const hash = identity.tokenHash;
    const known = active.get(hash);
    if (known !== undefined || inactive.get(hash) === true) {
      metrics.lookedUp('memory');
      return known;
    }
    metrics.lookedUp('issuer');
    const shared = asking.get(hash);
    if (shared !== undefined) return shared;
    const answer = ask(identity, rawToken(headers)).finally(() => asking.delete(hash));
    asking.set(hash, answer);
    return answer;
  };

  return {
    async caller(headers, need) {
      const verified = await deps.verifier.authenticate(headers);
      if (verified.kind === 'refused') return verified;
      const { identity } = verified;
      const token = await look(identity, headers);
      if (token === undefined) {
        return { kind: 'refused', code: 'unauthenticated', reason: 'The access token was revoked.' };
      }
      const allowed = need === undefined ? { kind: 'ok' as const } : requireScope(identity, need);
      return allowed.kind === 'ok' ? { kind: 'ok', identity, token } : allowed;
    },
    forget(clientId) {
      forgotten += 1;
      active.deleteWhere((token) => token.client_id === clientId);
      asking.clear();
    },
  };
}

/** The token of a header that was verified already. */
function rawToken(headers: RequestHeaders): string {
  const value = [headers.authorization].flat()[0] ?? '';
  return value.replace(/^bearer +/i, '').trimEnd();
}
