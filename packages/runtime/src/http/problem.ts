import { DiodeError, ERRORS, type ErrorCode, type ProblemItem } from '@diode/protocol';

/** An RFC 9457 body (DESIGN "problem"). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly request_id: string;
  readonly errors: readonly ProblemItem[];
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Renders an error for a client. `internal` never shows its own detail: that belongs to the log. */
export function toProblem(error: DiodeError, requestId: string): Problem {
  const { status, title } = ERRORS[error.code];
  const hidden = error.code === 'internal' || error.code === 'config_invalid';
  return {
    type: `/errors/${error.code}`,
    title,
    status,
    code: error.code,
    detail: hidden ? 'Something failed on our side; the log has it under this request_id.' : error.detail,
    request_id: requestId,
    errors: hidden ? [] : error.errors,
  };
}

/** `Retry-After` in whole seconds, at least 1; null when the error is terminal. */
export function retryAfterSeconds(error: DiodeError): number | null {
  return error.retryAfterMs === undefined ? null : Math.max(1, Math.ceil(error.retryAfterMs / 1000));
}

const BY_FRAMEWORK_CODE: Readonly<Record<string, { code: ErrorCode; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', detail: 'the body is larger than this path accepts' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', detail: 'this Content-Type is not accepted here' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'body_unreadable',
    detail: 'the body is not as long as Content-Length says',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'body_unreadable', detail: 'the body is empty' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'body_unreadable', detail: 'the body is not JSON' },
  FST_ERR_BAD_URL: { code: 'invalid_parameter', detail: 'the path is not valid percent-encoding' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'invalid_parameter', detail: 'a part of the path is too long' },
  FST_ERR_NOT_FOUND: { code: 'not_found', detail: 'there is nothing at this path' },
};

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'insufficient_scope',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'overloaded',
};

/** Anything thrown → a DiodeError. What a client caused is 4xx; the rest is `internal`, with the fault as its cause. */
export function toDiodeError(thrown: unknown): DiodeError {
  if (thrown instanceof DiodeError) return thrown;
  const { code, statusCode, message } = faultShape(thrown);
  const known = code === null ? undefined : BY_FRAMEWORK_CODE[code];
  if (known) return new DiodeError(known.code, { detail: known.detail, cause: thrown });
  if (thrown instanceof SyntaxError && statusCode !== null) {
    return new DiodeError('body_unreadable', { detail: `the body is not acceptable JSON: ${message}`, cause: thrown });
  }
  if (statusCode !== null && statusCode >= 400 && statusCode < 500) {
    const mapped = BY_STATUS[statusCode] ?? 'body_unreadable';
    return new DiodeError(mapped, { detail: ERRORS[mapped].title, cause: thrown });
  }
  return new DiodeError('internal', { detail: message, cause: thrown });
}

function faultShape(thrown: unknown): { code: string | null; statusCode: number | null; message: string } {
  if (typeof thrown !== 'object' || thrown === null) return { code: null, statusCode: null, message: String(thrown) };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
  const statusCode = 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : null;
  const message = 'message' in thrown && typeof thrown.message === 'string' ? thrown.message.slice(0, 300) : 'unknown';
  return { code, statusCode, message };
}
