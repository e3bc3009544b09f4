import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';

/** A key set is a few kB; more than this is not one. */
const MAX_BYTES = 256 * 1024;

const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/** Fetches a JWK set. Follows no redirect, so that keys come from the host that was configured. Throws on anything else. */
export async function fetchJwks(url: string, timeoutMs: number): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const length = Number(response.headers.get('content-length') ?? 0);
  if (response.status !== 200 || length > MAX_BYTES) {
    await response.body?.cancel();
    throw new Error('the issuer did not answer with a key set');
  }
  return jwks.parse(JSON.parse(await textUpTo(response, MAX_BYTES)));
}

async function textUpTo(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error('the answer is too large for a key set');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
