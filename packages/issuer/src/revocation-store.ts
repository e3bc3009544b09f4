import { z } from 'zod';
import type { JsonFile } from './json-file.js';
import type { TokenIds } from './token-id.js';

/** A mark outlives every token it is about: no life of a token is longer than this unless its client says so. */
const MARK_KEPT_S = 30 * 24 * 3600;

export const revocations = z.object({
  /** Tokens revoked one by one: jti → exp, epoch seconds. */
  tokens: z.record(z.string(), z.number()),
  /** Clients whose tokens before `mark` (a jti) are all revoked, and when that may be forgotten, epoch seconds. */
  clients: z.record(z.string(), z.object({ mark: z.string(), until: z.number() })),
});
export type Revocations = z.infer<typeof revocations>;

export interface RevocationStore {
  isRevoked(token: { jti: string; clientId: string }): boolean;
  revokeToken(token: { jti: string; exp: number }): Promise<void>;
  /** Every token issued to this client until now. `longestTtlS`: how long one of them may live. */
  revokeClient(clientId: string, longestTtlS: number): Promise<void>;
}

export function makeRevocationStore(file: JsonFile<Revocations>, ids: TokenIds, now: () => number): RevocationStore {
  // Maps have no prototype, so a client named `__proto__` is a client like any other.
  const tokens = new Map(Object.entries(file.value.tokens));
  const clients = new Map(Object.entries(file.value.clients));
  const save = (): Promise<void> => {
    const nowS = now() / 1000;
    for (const [jti, exp] of tokens) if (exp <= nowS) tokens.delete(jti);
    for (const [id, { until }] of clients) if (until <= nowS) clients.delete(id);
    return file.replace({ tokens: Object.fromEntries(tokens), clients: Object.fromEntries(clients) });
  };
  return {
    isRevoked({ jti, clientId }) {
      const client = clients.get(clientId);
      return tokens.has(jti) || (client !== undefined && jti < client.mark);
    },
    revokeToken({ jti, exp }) {
      tokens.set(jti, exp);
      return save();
    },
    revokeClient(clientId, longestTtlS) {
      const until = Math.ceil(now() / 1000 + Math.max(MARK_KEPT_S, longestTtlS));
      clients.set(clientId, { mark: ids.next(), until });
      return save();
    },
  };
}

/** The highest mark ever set, for {@link makeTokenIds}. */
export function highestMark(value: Revocations): string {
  const marks = Object.values(value.clients).map(({ mark }) => mark);
  return marks.sort().at(-1) ?? '';
}
