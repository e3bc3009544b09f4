import { DiodeError } from '@diode/protocol';
import type { Decision, GrantSource, Identity, Refusal, RequestHeaders, Verifier } from './contract.js';
import { type Need, requireScope } from './scopes.js';
import { maySource } from './sources.js';

/** Verification and decisions as an edge wants them: an identity, or a DiodeError ready to render. */
export interface Gate {
  /** @throws DiodeError unauthenticated, token_service_unavailable, insufficient_scope */
  admit(headers: RequestHeaders, need: Need): Promise<Identity>;
  /** @throws DiodeError source_not_allowed, token_service_unavailable */
  admitSource(identity: Identity, source: string): Promise<void>;
}

/** One gate a process; every route of every service goes through it (I12). */
export function makeGate(o: { verifier: Verifier; grants: GrantSource }): Gate {
  return {
    async admit(headers, need) {
      const verification = await o.verifier.authenticate(headers);
      if (verification.kind === 'refused') throw asError(verification);
      demand(requireScope(verification.identity, need));
      return verification.identity;
    },
    async admitSource(identity, source) {
      demand(await maySource(identity, source, o.grants));
    },
  };
}

function demand(decision: Decision): void {
  if (decision.kind === 'refused') throw asError(decision);
}

function asError(refusal: Refusal): DiodeError {
  return new DiodeError(refusal.code, {
    detail: refusal.reason,
    ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
  });
}
