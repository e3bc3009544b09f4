import type { Refusal } from './contract.js';

/** RFC 6750 §2.1 `b64token`, and at least one character. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;
const SCHEME = /^bearer +/i;

export type Bearer = { readonly kind: 'ok'; readonly token: string } | Refusal<'unauthenticated'>;

const refused = (reason: string): Refusal<'unauthenticated'> => ({ kind: 'refused', code: 'unauthenticated', reason });

/**
 * The token of an Authorization header. A repeated header is refused: which one counts is a matter on which
 * two hops may disagree.
 */
export function bearerToken(authorization: string | readonly string[] | undefined, maxBytes: number): Bearer {
  const values = typeof authorization === 'string' ? [authorization] : (authorization ?? []);
  const [value] = values;
  if (value === undefined || value.trim() === '') return refused(NO_TOKEN);
  if (values.length > 1) return refused('More than one Authorization header was sent.');
  const scheme = SCHEME.exec(value);
  if (scheme === null) return refused('The Authorization header does not use the Bearer scheme.');
  const token = value.slice(scheme[0].length).trimEnd();
  if (token.length > maxBytes) return refused('The access token is too long.');
  if (!TOKEN.test(token)) return refused('The access token has characters that no token has.');
  return { kind: 'ok', token };
}

/** The reason when nothing was sent at all: RFC 6750 §3.1 then wants a challenge without an error code. */
export const NO_TOKEN = 'No access token was sent.';
