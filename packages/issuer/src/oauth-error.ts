/**
 * The errors of Hydra's OAuth2 endpoints, with the words of its fosite library (facts/hydra.md "Tokens"), because
 * clients and people look for them.
 */
const ERRORS = {
  invalid_request: {
    status: 400,
    description:
      'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.',
  },
  invalid_client: {
    status: 401,
    description:
      'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).',
  },
  unauthorized_client: {
    status: 400,
    description: 'The client is not authorized to request a token using this method.',
  },
  invalid_scope: { status: 400, description: 'The requested scope is invalid, unknown, or malformed.' },
  invalid_client_metadata: {
    status: 400,
    description:
      "The value of one of the Client Metadata fields is invalid and the server has rejected this request. Note that an Authorization Server MAY choose to substitute a valid value for any requested parameter of a Client's Metadata.",
  },
  temporarily_unavailable: {
    status: 503,
    description:
      'The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server.',
  },
  server_error: {
    status: 500,
    description:
      'The authorization server encountered an unexpected condition that prevented it from fulfilling the request.',
  },
} as const satisfies Record<string, { status: number; description: string }>;

export type OAuthErrorCode = keyof typeof ERRORS;

/** An answer of an OAuth2 endpoint other than success. Thrown inside the issuer, rendered at its edge. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly body: { readonly error: string; readonly error_description: string };

  constructor(code: OAuthErrorCode, hint = '') {
    const { status, description } = ERRORS[code];
    super(code);
    this.code = code;
    this.status = status;
    // fosite turns double quotes into single ones.
    const text = hint === '' ? description : `${description} ${hint}`;
    this.body = { error: code, error_description: text.replaceAll('"', "'") };
  }

  /** The same without its hint: Hydra's revocation endpoint gives none. */
  bare(): OAuthError {
    return new OAuthError(this.code);
  }
}
