import type { AuthMethod } from './contract.js';

/** A request for a token, read: the credentials apart from the rest of the form. */
export interface TokenRequest {
  readonly clientId: string;
  readonly secret: string;
  /** How the credentials came. */
  readonly sentBy: AuthMethod;
  /** What goes on to the issuer beside the credentials, verbatim. */
  readonly form: URLSearchParams;
}

/** A request the issuer would refuse in the same words, so it is not asked. */
export interface UnreadableRequest {
  readonly description: string;
}

const MALFORMED =
  'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.';

/** Credentials by Basic or in the body, never both (RFC 6749 §2.3). */
export function readTokenRequest(authorization: string | undefined, body: unknown): TokenRequest | UnreadableRequest {
  if (!(body instanceof URLSearchParams) || body.size === 0) return unreadable('The POST body can not be empty.');
  const form = new URLSearchParams(body);
  const clientId = form.get('client_id') ?? '';
  const secret = form.get('client_secret') ?? '';
  form.delete('client_id');
  form.delete('client_secret');
  const basic = authorization === undefined ? undefined : basicCredentials(authorization);
  if (basic === 'undecodable') return unreadable('The HTTP authorization header could not be decoded.');
  if (basic !== undefined) {
    if (secret !== '' || (clientId !== '' && clientId !== basic.clientId)) {
      return unreadable(
        'Client credentials were sent both in the HTTP Authorization header and in the HTTP POST body.',
      );
    }
    return { ...basic, sentBy: 'client_secret_basic', form };
  }
  if (clientId === '') {
    return unreadable('Client credentials missing or malformed in both HTTP Authorization header and HTTP POST body.');
  }
  return { clientId, secret, sentBy: 'client_secret_post', form };
}

function unreadable(hint: string): UnreadableRequest {
  return { description: `${MALFORMED} ${hint}` };
}

function basicCredentials(authorization: string): { clientId: string; secret: string } | 'undecodable' | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization.trim())?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  try {
    const [clientId = '', secret = ''] = [id, rest.join(':')].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return clientId === '' ? undefined : { clientId, secret };
  } catch {
    return 'undecodable';
  }
}
