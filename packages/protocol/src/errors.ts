/**
 * The one error catalogue (HOUSE_STYLE 7). A code is stable for ever; `docs/errors.md` is held to this table by a test.
 * `grpc` is the canonical gRPC status number.
 */
export const ERRORS = {
  body_unreadable: { status: 400, grpc: 3, title: 'The body cannot be read' },
  body_too_large: { status: 413, grpc: 8, title: 'The body is too large' },
  too_many_entities: { status: 413, grpc: 8, title: 'Too many entities in one request' },
  unsupported_media_type: { status: 415, grpc: 3, title: 'This content type is not accepted' },
  invalid_request: { status: 400, grpc: 3, title: 'The request is not valid' },
  invalid_parameter: { status: 400, grpc: 3, title: 'A query parameter or header is not valid' },
  entity_invalid: { status: 422, grpc: 3, title: 'No entity of the request could be accepted' },
  unknown_collection: { status: 404, grpc: 5, title: 'There is no such collection' },
  unsupported_object_type: { status: 422, grpc: 3, title: 'This object type is not supported yet' },
  source_not_allowed: { status: 403, grpc: 7, title: 'This client may not assert as that source' },
  unauthenticated: { status: 401, grpc: 16, title: 'A valid access token is needed' },
  insufficient_scope: { status: 403, grpc: 7, title: 'The token lacks a scope' },
  not_found: { status: 404, grpc: 5, title: 'Not found' },
  method_not_allowed: { status: 405, grpc: 12, title: 'This method is not allowed here' },
  idempotency_conflict: { status: 422, grpc: 6, title: 'This Idempotency-Key was used with another body' },
  overloaded: { status: 429, grpc: 8, title: 'Too much work is waiting' },
  rate_limited: { status: 429, grpc: 8, title: 'Too many requests' },
  storage_unavailable: { status: 503, grpc: 14, title: 'The store is not reachable' },
  token_service_unavailable: { status: 503, grpc: 14, title: 'Tokens cannot be checked at the moment' },
  shutting_down: { status: 503, grpc: 14, title: 'This instance is shutting down' },
  policy_invalid: { status: 422, grpc: 9, title: 'The policy files have mistakes' },
  config_invalid: { status: 500, grpc: 9, title: 'The configuration has mistakes' },
  netbox_unavailable: { status: 503, grpc: 14, title: 'NetBox is not reachable' },
  netbox_refused: { status: 502, grpc: 9, title: 'NetBox refused the change' },
  request_timeout: { status: 408, grpc: 4, title: 'The request did not arrive in time' },
  uri_too_long: { status: 414, grpc: 3, title: 'The URL is too long' },
  headers_too_large: { status: 431, grpc: 8, title: 'The headers are too large' },
  bad_gateway: { status: 502, grpc: 14, title: 'A service does not answer' },
  service_unavailable: { status: 503, grpc: 14, title: 'A service is not ready' },
  gateway_timeout: { status: 504, grpc: 14, title: 'A service did not answer in time' },
  internal: { status: 500, grpc: 13, title: 'An unexpected fault' },
} as const satisfies Record<string, { status: number; grpc: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

export interface DiodeErrorOptions {
  readonly detail: string;
  readonly cause?: unknown;
  /** Set when the same call may succeed later: milliseconds to wait. Absent = terminal. */
  readonly retryAfterMs?: number;
  readonly errors?: readonly import('./receipt.js').ProblemItem[];
}

/** A fault with a stable code. Retryable when `retryAfterMs` is set, else terminal. */
export class DiodeError extends Error {
  override readonly name = 'DiodeError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryAfterMs: number | undefined;
  readonly errors: readonly import('./receipt.js').ProblemItem[];

  constructor(code: ErrorCode, options: DiodeErrorOptions) {
    super(`${code}: ${options.detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.retryAfterMs = options.retryAfterMs;
    this.errors = options.errors ?? [];
  }
}
