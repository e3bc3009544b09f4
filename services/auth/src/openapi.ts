import { type JsonObject, type OpenApiFragment, tagged } from '@diode/protocol';

const oauthAnswers = (ok: string, okText: string): JsonObject => ({
  [ok]: { description: okText },
  '400': { description: 'RFC 6749 error: {error, error_description}' },
  '401': { description: 'invalid_client, or no valid token' },
  '429': { description: 'A rate limit is reached; try again after Retry-After' },
  '503': { description: 'The token issuer is away; try again' },
});
const scope = (name: string): string => `Needs a token with scope ${name}.`;

/** What the auth service adds to `GET /api/v1/openapi.json`; errors here are those of OAuth2, as the official SDKs expect. */
export function authOpenApi(): OpenApiFragment {
  const form = { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } };
  return {
    schemas: {},
    paths: tagged('auth', {
      '/diode/auth/token': {
        post: {
          operationId: 'token',
          summary: 'An access token by client credentials (basic or in the form)',
          security: [{}],
          requestBody: { required: true, content: form },
          responses: oauthAnswers('200', '{access_token, expires_in, scope, token_type}'),
        },
      },
      '/diode/auth/introspect': {
        post: {
          operationId: 'introspect',
          summary: 'What the token of this request is good for',
          responses: oauthAnswers('200', 'The token'),
        },
      },
      '/diode/auth/clients': {
        get: {
          operationId: 'listClients',
          summary: 'Clients made here',
          description: scope('diode:read'),
          responses: oauthAnswers('200', 'A page'),
        },
        post: {
          operationId: 'createClient',
          summary: 'Make a client; its secret is shown this once',
          description: scope('diode:write'),
          requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
          responses: oauthAnswers('201', 'The client with its secret'),
        },
      },
      '/diode/auth/clients/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: {
          operationId: 'getClient',
          summary: 'One client',
          description: scope('diode:read'),
          responses: oauthAnswers('200', 'The client'),
        },
        delete: {
          operationId: 'deleteClient',
          summary: 'Delete a client',
          description: scope('diode:write'),
          responses: oauthAnswers('204', 'Gone'),
        },
      },
    }),
  };
}
