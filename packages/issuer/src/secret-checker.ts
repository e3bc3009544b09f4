import { createHmac, randomBytes } from 'node:crypto';
import { BoundedMap } from './bounded-map.js';
import { secretMatches } from './secret-hash.js';

export type SecretVerdict = 'match' | 'mismatch' | 'busy';

/**
 * Checks secrets against stored hashes, slowly once and then fast: the verdict on a pair is remembered under an HMAC
 * whose key dies with the process. The stored hash is part of the pair, so a rotated secret is judged anew.
 * Guessing is bounded by the hashing itself: few at a time, a short queue, then `busy`.
 */
export interface SecretChecker {
  check(secret: string, stored: string | undefined): Promise<SecretVerdict>;
}

/** A hash no secret has: unknown clients cost what known ones cost, so ids cannot be told by time. */
const NOBODY = `$scrypt$${randomBytes(16).toString('base64url')}$${randomBytes(32).toString('base64url')}`;

export function makeSecretChecker(limits = { atOnce: 2, waiting: 100, remembered: 10_000 }): SecretChecker {
  const key = randomBytes(32);
  // Apart, so that a flood of wrong guesses does not push out what is right.
  const right = new BoundedMap<string, true>(limits.remembered);
  const wrong = new BoundedMap<string, true>(limits.remembered);
  const inFlight = new Map<string, Promise<SecretVerdict>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const judge = async (pair: string, secret: string, stored: string): Promise<SecretVerdict> => {
    if (running >= limits.atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      const matches = await secretMatches(secret, stored);
      (matches ? right : wrong).set(pair, true);
      return matches ? 'match' : 'mismatch';
    } finally {
      inFlight.delete(pair);
      // The slot goes to the next in line, or is given back.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };

  return {
    async check(secret, stored = NOBODY) {
      const pair = createHmac('sha256', key).update(`${stored}\0${secret}`).digest('base64url');
      if (right.get(pair) === true) return 'match';
      if (wrong.get(pair) === true) return 'mismatch';
      const judging = inFlight.get(pair);
      if (judging !== undefined) return judging;
      if (waiting.length >= limits.waiting) return 'busy';
      const verdict = judge(pair, secret, stored);
      inFlight.set(pair, verdict);
      return verdict;
    },
  };
}
