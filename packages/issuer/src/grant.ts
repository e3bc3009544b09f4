import type { JsonObject } from '@diode/protocol';
import type { AccessTokens } from './access-token.js';
import { authenticateClient } from './client-authentication.js';
import type { ClientRecord } from './client-record.js';
import type { ClientStore } from './client-store.js';
import { words } from './form.js';
import { OAuthError } from './oauth-error.js';
import type { SecretChecker } from './secret-checker.js';

/** fosite's hint where it has nothing better to say. */
const NO_BETTER_HINT =
  'Make sure that the various parameters are correct, be aware of case sensitivity and trim your parameters. Make sure that the client you are using has exactly whitelisted the redirect_uri you specified.';

/** POST /oauth2/token for the client_credentials grant (RFC 6749 §4.4), step by step. Throws OAuthError. */
export async function grantToken(
  request: { readonly authorization: string | undefined; readonly form: URLSearchParams },
  deps: { readonly clients: ClientStore; readonly secrets: SecretChecker; readonly tokens: AccessTokens },
): Promise<JsonObject> {
  requireGrantType(request.form);
  const client = await authenticateClient(request, deps);
  const scopes = grantedScopes(client, words(request.form, 'scope'));
  const audience = grantedAudience(client, requestedAudience(request.form));
  requireGrantOf(client);
  const { token, expiresInS } = await deps.tokens.issue({ client, scopes, audience });
  return { access_token: token, expires_in: expiresInS, scope: scopes.join(' '), token_type: 'bearer' };
}

function requireGrantType(form: URLSearchParams): void {
  const grants = words(form, 'grant_type');
  if (grants.length === 0) throw new OAuthError('invalid_request', "Request parameter 'grant_type' is missing");
  if (grants.length > 1 || grants[0] !== 'client_credentials') throw new OAuthError('invalid_request', NO_BETTER_HINT);
}

/** Only what was asked for: nothing is granted by default. */
function grantedScopes(client: ClientRecord, requested: readonly string[]): readonly string[] {
  const allowed = new Set(client.scope.split(' '));
  for (const scope of requested) {
    if (allowed.has(scope)) continue;
    throw new OAuthError('invalid_scope', `The OAuth 2.0 Client is not allowed to request scope '${scope}'.`);
  }
  return [...new Set(requested)];
}

function grantedAudience(client: ClientRecord, requested: readonly string[]): readonly string[] {
  for (const audience of requested) {
    if (client.audience.includes(audience)) continue;
    const hint = `Requested audience '${audience}' has not been whitelisted by the OAuth 2.0 Client.`;
    throw new OAuthError('invalid_request', hint);
  }
  return [...new Set(requested)];
}

/** Once: space-separated; repeated: one each (fosite `GetAudiences`). */
function requestedAudience(form: URLSearchParams): readonly string[] {
  const given = form.getAll('audience');
  return given.length > 1 ? given.filter((audience) => audience !== '') : words(form, 'audience');
}

function requireGrantOf(client: ClientRecord): void {
  if (client.grant_types.includes('client_credentials')) return;
  const hint = "The OAuth 2.0 Client is not allowed to use authorization grant 'client_credentials'.";
  throw new OAuthError('unauthorized_client', hint);
}
