import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';

export const KEY_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** A private key as it is kept in keys.json. */
export const storedKey = z.object({
  kid: z.string().min(1),
  alg: z.enum(KEY_ALGORITHMS),
  use: z.literal('sig'),
  jwk: z.looseObject({ kty: z.string() }),
});
export type StoredKey = z.infer<typeof storedKey>;

/** RSA has 3072 bits, as strong as P-256; Hydra's 4096 take seconds to make. */
export async function makeSigningKey(alg: KeyAlgorithm, kid: string = randomUUID()): Promise<StoredKey> {
  const rsa = alg === 'RS256' || alg === 'PS256';
  const pair = await generateKeyPair(alg, { extractable: true, ...(rsa ? { modulusLength: 3072 } : {}) });
  const { kty, ...rest } = await exportJWK(pair.privateKey);
  return { kid, alg, use: 'sig', jwk: { kty: kty ?? '', ...rest } };
}

const PUBLIC_PARTS = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const;

/** The public half: an allow-list of members, so that no private one can slip out. */
export function publicJwk(key: StoredKey): JWK {
  const parts = PUBLIC_PARTS.flatMap((name) => (key.jwk[name] === undefined ? [] : [[name, key.jwk[name]]]));
  return { use: key.use, kid: key.kid, alg: key.alg, ...Object.fromEntries(parts) };
}

export async function privateKeyOf(key: StoredKey): Promise<CryptoKey> {
  const imported = await importJWK({ ...key.jwk, alg: key.alg });
  if (imported instanceof Uint8Array) throw new Error('a signing key must be asymmetric');
  return imported;
}
