import { OAuthError } from './oauth-error.js';

/** Percent signs that start no escape: Go's parser, and so Hydra, refuses them. */
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/** A form body. Throws OAuthError `invalid_request` where there is none: other content types count as empty. */
export function readForm(contentType: string | undefined, body: unknown): URLSearchParams {
  const isForm = contentType?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';
  if (!isForm || typeof body !== 'string' || body === '' || BROKEN_ESCAPE.test(body)) {
    throw new OAuthError('invalid_request', 'The POST body can not be empty.');
  }
  return new URLSearchParams(body);
}

/** A space-separated parameter, first occurrence, without its empty parts. */
export function words(form: URLSearchParams, name: string): readonly string[] {
  return (form.get(name) ?? '').split(' ').filter((word) => word !== '');
}
