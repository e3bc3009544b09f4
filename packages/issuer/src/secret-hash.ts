import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** About 50 ms and 16 MB on one thread of libuv's pool; the event loop does not wait for it. */
const COST = { N: 16_384, r: 8, p: 1 } as const satisfies ScryptOptions;
const BYTES = 32;

/** `$scrypt$<salt>$<hash>`, both base64url. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  return `$scrypt$${salt.toString('base64url')}$${(await derive(secret, salt)).toString('base64url')}`;
}

/** Constant time in the secret. */
export async function secretMatches(secret: string, stored: string): Promise<boolean> {
  const [, scheme, salt, hash] = stored.split('$');
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, 'base64url');
  const got = await derive(secret, Buffer.from(salt, 'base64url'));
  return wanted.length === got.length && timingSafeEqual(wanted, got);
}

function derive(secret: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, BYTES, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
