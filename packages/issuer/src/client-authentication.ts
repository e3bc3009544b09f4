import type { AuthMethod, ClientRecord } from './client-record.js';
import type { ClientStore } from './client-store.js';
import { OAuthError } from './oauth-error.js';
import type { SecretChecker } from './secret-checker.js';

interface Presented {
  readonly clientId: string;
  readonly secret: string;
  /** `none`: an id and no secret. */
  readonly methods: readonly AuthMethod[];
}

/**
 * Who is calling, by the method that client registered and no other, with fosite's order of checks and words.
 * Throws OAuthError. An unknown client and a wrong secret get the same answer.
 */
export async function authenticateClient(
  request: { readonly authorization: string | undefined; readonly form: URLSearchParams },
  deps: { readonly clients: ClientStore; readonly secrets: SecretChecker },
): Promise<ClientRecord> {
  const presented = presentedCredentials(request.authorization, request.form);
  const client = deps.clients.get(presented.clientId);
  for (const method of presented.methods) {
    if (client !== undefined && client.token_endpoint_auth_method !== method) throw wrongMethod(client, method);
  }
  switch (await deps.secrets.check(presented.secret, client?.secret_hash)) {
    case 'busy':
      throw new OAuthError('temporarily_unavailable');
    case 'match':
      if (client !== undefined) return client;
      throw new OAuthError('invalid_client');
    default:
      throw new OAuthError('invalid_client');
  }
}

function presentedCredentials(authorization: string | undefined, form: URLSearchParams): Presented {
  const basic = basicCredentials(authorization);
  const inBody = form.get('client_id') && form.get('client_secret') ? (['client_secret_post'] as const) : [];
  if (basic !== undefined) {
    const clientId = formDecoded(basic.id, 'id');
    const secret = formDecoded(basic.secret, 'secret');
    return { clientId, secret, methods: [...inBody, ...(secret === '' ? [] : (['client_secret_basic'] as const))] };
  }
  const clientId = form.get('client_id') ?? '';
  if (clientId === '') {
    const hint = 'Client credentials missing or malformed in both HTTP Authorization header and HTTP POST body.';
    throw new OAuthError('invalid_request', hint);
  }
  return { clientId, secret: form.get('client_secret') ?? '', methods: inBody };
}

function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : { id: pair.slice(0, colon), secret: pair.slice(colon + 1) };
}

/** RFC 6749 §2.3.1: id and secret are form-urlencoded before they are put into Basic. */
function formDecoded(value: string, part: 'id' | 'secret'): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    const hint = `The client ${part} in the HTTP authorization header could not be decoded from 'application/x-www-form-urlencoded'.`;
    throw new OAuthError('invalid_request', hint);
  }
}

function wrongMethod(client: ClientRecord, method: AuthMethod): OAuthError {
  return new OAuthError(
    'invalid_client',
    `The OAuth 2.0 Client supports client authentication method '${client.token_endpoint_auth_method}', but method '${method}' was requested. You must configure the OAuth 2.0 client's 'token_endpoint_auth_method' value to accept '${method}'.`,
  );
}
