import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { IssuerReply, TokenCacheOptions } from './contract.js';
import { ExpiringMap } from './expiring-map.js';
import type { TokenRequest } from './token-request.js';

const granted = z.looseObject({
  access_token: z.string().min(1),
  // Some issuers write it as text.
  expires_in: z.coerce.number().positive(),
});

/** Served up to this share of a token's life (diode-wire §5). */
const SHARE_OF_LIFE = 0.8;
/** The Go SDK fetches anew below a minute left: what is served must have more, or it would ask for ever. */
const LEAST_LEFT_MS = 90_000;

interface Held {
  readonly clientId: string;
  readonly reply: IssuerReply;
  /** Epoch ms; undefined for a refusal. */
  readonly expiresAtMs: number | undefined;
}

/**
 * Answers to identical token requests, in memory: a client that asks again and again costs the issuer nothing. Keyed by
 * an HMAC of grant, client, secret, scope and audience under a key that dies with the process.
 */
export interface TokenCache {
  key(request: TokenRequest): string;
  get(key: string): IssuerReply | undefined;
  put(key: string, clientId: string, reply: IssuerReply): void;
  /** Forgets everything about a client. */
  forget(clientId: string): void;
}

export function makeTokenCache(options: TokenCacheOptions, now: () => number): TokenCache {
  const secretKey = randomBytes(32);
  const maxEntries = options.enabled === false ? 0 : (options.maxEntries ?? 10_000);
  // Apart, so that a flood of wrong guesses does not push out what is right.
  const tokens = new ExpiringMap<Held>({ maxEntries, now });
  const refusals = new ExpiringMap<Held>({ maxEntries, now });
  return {
    key({ clientId, secret, form }) {
      const rest = [...form].map(([name, value]) => `${name}=${value}`).sort();
      return createHmac('sha256', secretKey)
        .update(JSON.stringify([clientId, secret, rest]))
        .digest('base64url');
    },
    get(key) {
      const held = tokens.get(key) ?? refusals.get(key);
      if (held?.expiresAtMs === undefined) return held?.reply;
      const body = granted.parse(held.reply.body);
      return { ...held.reply, body: { ...body, expires_in: Math.floor((held.expiresAtMs - now()) / 1000) } };
    },
    put(key, clientId, reply) {
      if (reply.status === 401) {
        refusals.set(key, { clientId, reply, expiresAtMs: undefined }, options.negativeTtlMs ?? 2_000);
      }
      const body = reply.status === 200 ? granted.safeParse(reply.body) : undefined;
      if (!body?.success) return;
      const lifeMs = body.data.expires_in * 1000;
      const ttlMs = Math.min(lifeMs * SHARE_OF_LIFE, lifeMs - LEAST_LEFT_MS, options.maxTtlMs ?? 15_000);
      tokens.set(key, { clientId, reply, expiresAtMs: now() + lifeMs }, ttlMs);
    },
    forget(clientId) {
      tokens.deleteWhere((held) => held.clientId === clientId);
      refusals.deleteWhere((held) => held.clientId === clientId);
    },
  };
}

/** Is this what a client can use: exactly 200, with a token (diode-wire §2.4)? */
export function isGranted(reply: IssuerReply): boolean {
  return reply.status === 200 && granted.partial({ expires_in: true }).safeParse(reply.body).success;
}
