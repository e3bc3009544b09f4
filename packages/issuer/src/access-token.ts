import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { ClientRecord } from './client-record.js';
import type { ClientStore } from './client-store.js';
import type { KeyStore } from './key-store.js';
import type { RevocationStore } from './revocation-store.js';
import type { TokenIds } from './token-id.js';

const claims = z.object({
  aud: z.array(z.string()),
  client_id: z.string(),
  exp: z.number(),
  iat: z.number(),
  iss: z.string(),
  jti: z.string(),
  nbf: z.number(),
  scp: z.array(z.string()),
  sub: z.string(),
});
export type AccessTokenClaims = z.infer<typeof claims>;

export interface AccessTokens {
  issue(grant: {
    client: ClientRecord;
    scopes: readonly string[];
    audience: readonly string[];
  }): Promise<{ token: string; expiresInS: number }>;
  /** The claims of a token that is active now, or undefined. */
  introspect(token: string): Promise<AccessTokenClaims | undefined>;
  /** How long this client's tokens live, seconds. */
  ttlS(client: ClientRecord): number;
}

export function makeAccessTokens(deps: {
  /** A function, because a port of 0 is known only once it is bound. */
  readonly issuerUrl: () => string;
  readonly defaultTtlS: number;
  readonly keys: KeyStore;
  readonly clients: ClientStore;
  readonly revocations: RevocationStore;
  readonly ids: TokenIds;
  readonly now: () => number;
}): AccessTokens {
  const ttlS = (client: ClientRecord): number => client.lifespan_s ?? deps.defaultTtlS;
  return {
    ttlS,
    async issue({ client, scopes, audience }) {
      const key = await deps.keys.signingKey();
      const iat = Math.floor(deps.now() / 1000);
      const exp = iat + Math.ceil(ttlS(client));
      const payload = {
        aud: [...audience],
        client_id: client.client_id,
        exp,
        ext: {},
        iat,
        iss: deps.issuerUrl(),
        jti: deps.ids.next(),
        nbf: iat,
        scp: [...scopes],
        sub: client.client_id,
      } satisfies AccessTokenClaims & { ext: object };
      const header = { alg: key.alg, kid: key.kid, typ: 'JWT' };
      const token = await new SignJWT(payload).setProtectedHeader(header).sign(key.privateKey);
      // One less than the life, as Hydra's: what is left by the time the answer is read.
      return { token, expiresInS: Math.max(0, exp - iat - 1) };
    },
    async introspect(token) {
      // Of the newest key only: after a rotation Hydra calls older tokens inactive (facts/hydra.md "Traps first").
      const key = await deps.keys.signingKey();
      let verified: AccessTokenClaims;
      try {
        const options = { algorithms: [key.alg], issuer: deps.issuerUrl(), currentDate: new Date(deps.now()) };
        verified = claims.parse((await jwtVerify(token, key.publicKey, options)).payload);
      } catch {
        return undefined;
      }
      const revoked = deps.revocations.isRevoked({ jti: verified.jti, clientId: verified.client_id });
      return revoked || deps.clients.get(verified.client_id) === undefined ? undefined : verified;
    },
  };
}
