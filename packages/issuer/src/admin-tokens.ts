import type { FastifyInstance } from 'fastify';
import { readForm, words } from './form.js';
import { OAUTH_JSON } from './http.js';
import { OAuthError } from './oauth-error.js';
import type { IssuerParts } from './parts.js';

/** Introspection, and the end of all tokens of a client (facts/hydra.md "Introspection"). */
export function addTokenRoutes(app: FastifyInstance, parts: IssuerParts): void {
  app.post('/admin/oauth2/introspect', async (request, reply) => {
    const form = readForm(request.headers['content-type'], request.body);
    const token = await parts.tokens.introspect(form.get('token') ?? '');
    const holdsAll = words(form, 'scope').every((scope) => token?.scp.includes(scope));
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' }).type(OAUTH_JSON);
    if (token === undefined || !holdsAll) return reply.send({ active: false });
    const { aud, client_id, exp, iat, iss, nbf, scp, sub } = token;
    const about = { scope: scp.join(' '), client_id, sub, exp, iat, nbf, aud, iss };
    return reply.send({ active: true, ...about, token_type: 'Bearer', token_use: 'access_token' });
  });

  app.delete('/admin/oauth2/tokens', async (request, reply) => {
    const clientId = new URLSearchParams(request.url.split('?', 2)[1] ?? '').get('client_id') ?? '';
    if (clientId === '') {
      throw new OAuthError('invalid_request', "Query parameter 'client_id' is not defined but it should have been.");
    }
    const client = parts.clients.get(clientId);
    // Of a client that is not there all tokens are inactive already.
    if (client !== undefined) await parts.revocations.revokeClient(clientId, parts.tokens.ttlS(client));
    parts.log.info({ client_id: clientId }, 'tokens of a client revoked');
    return reply.code(204).send();
  });
}
