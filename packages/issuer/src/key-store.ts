import type { CryptoKey, JWK } from 'jose';
import { z } from 'zod';
import { AdminError, conflict } from './admin-error.js';
import type { JsonFile } from './json-file.js';
import {
  type KeyAlgorithm,
  makeSigningKey,
  privateKeyOf,
  publicJwk,
  type StoredKey,
  storedKey,
} from './signing-key.js';

/** The set Hydra signs JWT access tokens with. */
export const ACCESS_TOKEN_SET = 'hydra.jwt.access-token';

/** Sets of keys, newest first in each. */
export const keySets = z.record(z.string(), z.array(storedKey));
export type KeySets = z.infer<typeof keySets>;

export interface SigningKey {
  readonly kid: string;
  readonly alg: KeyAlgorithm;
  readonly privateKey: CryptoKey;
  readonly publicKey: JWK;
}

export interface KeyStore {
  /** The newest key of the access-token set; made when there is none. */
  signingKey(): Promise<SigningKey>;
  /** What /.well-known/jwks.json lists: every key of the access-token set, so that older tokens still verify. */
  published(): { readonly keys: readonly JWK[] };
  /** Public halves only: unlike Hydra, this issuer never lets a private key out. */
  list(set: string): readonly JWK[];
  add(set: string, key: { alg: KeyAlgorithm; kid?: string | undefined }): Promise<readonly JWK[]>;
  /** Not there is as good as removed, as with Hydra. */
  remove(set: string, kid: string): Promise<void>;
  removeSet(set: string): Promise<void>;
}

export function makeKeyStore(file: JsonFile<KeySets>, firstAlgorithm: KeyAlgorithm): KeyStore {
  let current: Promise<SigningKey> | undefined;
  const keysOf = (set: string): readonly StoredKey[] => (Object.hasOwn(file.value, set) ? (file.value[set] ?? []) : []);

  const replace = (set: string, keys: readonly StoredKey[]): Promise<void> => {
    if (set === ACCESS_TOKEN_SET) current = undefined;
    const others = Object.entries(file.value).filter(([name]) => name !== set);
    return file.replace(Object.fromEntries(keys.length === 0 ? others : [...others, [set, [...keys]]]));
  };

  const newest = async (): Promise<SigningKey> => {
    let [key] = keysOf(ACCESS_TOKEN_SET);
    if (key === undefined) {
      key = await makeSigningKey(firstAlgorithm);
      await file.replace({ ...file.value, [ACCESS_TOKEN_SET]: [key] });
    }
    return { kid: key.kid, alg: key.alg, privateKey: await privateKeyOf(key), publicKey: publicJwk(key) };
  };

  return {
    signingKey() {
      current ??= newest().catch((error: unknown) => {
        current = undefined;
        throw error;
      });
      return current;
    },
    published: () => ({ keys: keysOf(ACCESS_TOKEN_SET).map(publicJwk) }),
    list(set) {
      const keys = keysOf(set);
      if (keys.length === 0) throw new AdminError(404, 'Not Found', 'Unable to locate the requested resource');
      return keys.map(publicJwk);
    },
    async add(set, { alg, kid }) {
      const key = await makeSigningKey(alg, kid);
      if (keysOf(set).some((other) => other.kid === key.kid)) throw conflict();
      await replace(set, [key, ...keysOf(set)]);
      return [publicJwk(key)];
    },
    remove: (set, kid) =>
      replace(
        set,
        keysOf(set).filter((key) => key.kid !== kid),
      ),
    removeSet: (set) => replace(set, []),
  };
}
