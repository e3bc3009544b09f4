import type { FastifyInstance } from 'fastify';
import { authenticateClient } from './client-authentication.js';
import { readForm } from './form.js';
import { grantToken } from './grant.js';
import { addHealth, makeHttp, OAUTH_JSON } from './http.js';
import { OAuthError } from './oauth-error.js';
import type { IssuerParts } from './parts.js';

/** Hydra's public listener (4444): tokens, revocation, keys, discovery. */
export function buildPublicApp(parts: IssuerParts): FastifyInstance {
  const app = makeHttp(parts.log, 64 * 1024);
  addHealth(app);

  app.post('/oauth2/token', async (request, reply) => {
    const form = readForm(request.headers['content-type'], request.body);
    const granted = await grantToken({ authorization: request.headers.authorization, form }, parts);
    return reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' }).type(OAUTH_JSON).send(granted);
  });

  app.post('/oauth2/revoke', async (request, reply) => {
    try {
      const form = readForm(request.headers['content-type'], request.body);
      const client = await authenticateClient({ authorization: request.headers.authorization, form }, parts);
      const token = await parts.tokens.introspect(form.get('token') ?? '');
      // Another client's token, garbage, twice: all answer 200 and change nothing (RFC 7009 §2.2).
      if (token?.client_id === client.client_id) await parts.revocations.revokeToken(token);
    } catch (error) {
      throw error instanceof OAuthError && error.code === 'invalid_client' ? error.bare() : error;
    }
    return reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' }).code(200).send();
  });

  for (const url of ['/oauth2/token', '/oauth2/revoke']) {
    app.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE'],
      url,
      handler: (_request, reply) =>
        reply.code(405).header('allow', 'OPTIONS, POST').type('text/plain; charset=utf-8').send('Method Not Allowed\n'),
    });
  }

  app.get('/.well-known/jwks.json', async () => {
    await parts.keys.signingKey();
    return parts.keys.published();
  });
  app.get('/.well-known/openid-configuration', async () =>
    discovery(parts.issuerUrl(), (await parts.keys.signingKey()).alg),
  );
  return app;
}

function discovery(issuerUrl: string, algorithm: string): Readonly<Record<string, unknown>> {
  const base = issuerUrl.replace(/\/$/, '');
  return {
    issuer: issuerUrl,
    token_endpoint: `${base}/oauth2/token`,
    jwks_uri: `${base}/.well-known/jwks.json`,
    revocation_endpoint: `${base}/oauth2/revoke`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    subject_types_supported: ['public'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    id_token_signing_alg_values_supported: [algorithm],
  };
}
