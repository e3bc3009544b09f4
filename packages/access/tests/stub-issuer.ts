import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
export type Alg = 'ES256' | 'RS256' | 'PS256' | 'EdDSA';

/** A server of key sets and a signer of tokens, good and bad: what a real issuer would never make, a test can have from it. */
export async function startStubIssuer() {
  const keys: JWK[] = [];
  const pairs = new Map<string, Pair & { alg: Alg }>();
  const state = { fetches: 0, away: false };
  const server = createServer((_request, response) => {
    state.fetches += 1;
    if (state.away) return void response.writeHead(503).end();
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const nowS = (): number => Math.floor(Date.now() / 1000);
  const claims = (over: JWTPayload = {}): JWTPayload => ({
    iss: url,
    sub: 'lab',
    client_id: 'lab',
    aud: [],
    scp: ['diode:ingest'],
    iat: nowS(),
    nbf: nowS(),
    exp: nowS() + 600,
    jti: 'j',
    ...over,
  });

  return {
    url,
    jwksUrl: `${url}/.well-known/jwks.json`,
    state,
    keys,
    claims,
    /** Makes a key and, unless told otherwise, publishes it. */
    async addKey(kid: string, alg: Alg = 'ES256', published = true): Promise<JWK> {
      const pair = await generateKeyPair(alg, { extractable: true });
      pairs.set(kid, { ...pair, alg });
      const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' };
      if (published) keys.push(jwk);
      return jwk;
    },
    sign(kid: string, over: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> {
      const pair = pairs.get(kid)!;
      return new SignJWT(claims(over))
        .setProtectedHeader({ alg: pair.alg, kid, typ: 'JWT', ...header })
        .sign(pair.privateKey);
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export type StubIssuer = Awaited<ReturnType<typeof startStubIssuer>>;
