import type { Verifier } from './contract.js';

/** The client an Authorization header's token speaks for; null where there is none to be believed. Never throws. */
export function clientOf(verifier: Verifier): (authorization: string | undefined) => Promise<string | null> {
  return async (authorization) => {
    const verification = await verifier.verify(authorization);
    return verification.kind === 'ok' ? verification.identity.clientId : null;
  };
}
