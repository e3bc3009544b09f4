/**
 * What the rest of Diode knows of access: who a caller is, and the closed set of ways to refuse one.
 * Refusals are values, never thrown: a bad token is an expected outcome (HOUSE_STYLE 7).
 */

/** Who a verified token speaks for. Holds no token and no secret, so it may be logged whole. */
export interface Identity {
  readonly clientId: string;
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** When the token ends, without any clock tolerance. */
  readonly expiresAt: Date;
  /** SHA-256 of the token, hex: a key for caches and logs from which the token cannot be had. */
  readonly tokenHash: string;
}

/** Codes are those of the error catalogue in @diode/protocol. */
export type RefusalCode = 'unauthenticated' | 'token_service_unavailable' | 'insufficient_scope' | 'source_not_allowed';

export interface Refusal<C extends RefusalCode = RefusalCode> {
  readonly kind: 'refused';
  readonly code: C;
  /** One sentence for the caller. Never holds any part of what the caller sent, except a source name. */
  readonly reason: string;
  /** For `insufficient_scope`: the scopes of which any one would do. */
  readonly scopes?: readonly string[];
  /** For `token_service_unavailable`: when to try again. */
  readonly retryAfterMs?: number;
}

export type Verification =
  | { readonly kind: 'ok'; readonly identity: Identity }
  | Refusal<'unauthenticated' | 'token_service_unavailable'>;

/** What the caller may do, decided. */
export type Decision<C extends RefusalCode = RefusalCode> = { readonly kind: 'ok' } | Refusal<C>;

/** Headers as Node gives them: lower-case names; a repeated header is a list. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Verifier {
  /** From the value of an Authorization header (`Bearer …`), or several when the transport allows repeats. Never throws. */
  verify(authorization: string | readonly string[] | undefined): Promise<Verification>;
  /** The same from a request's headers. Identity headers from outside are not looked at (I12). */
  authenticate(headers: RequestHeaders): Promise<Verification>;
}

/** The sources a client is bound to. `undefined` = not bound: any source but the reserved ones. */
export type SourceGrant = readonly string[] | undefined;

/** Port: what is granted to a client. */
export interface GrantSource {
  /** Throws DiodeError `token_service_unavailable` when it cannot know: a grant narrows, so not knowing must refuse. */
  sourcesOf(clientId: string): Promise<SourceGrant>;
}
