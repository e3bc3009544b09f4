import type { JsonObject } from '@diode/protocol';
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { HttpApp } from './http-app.js';

/**
 * `GET /api/v1/openapi.json` and, readable, `GET /api/docs`. Everything the page needs comes from here: it works without internet. Both are open:
 * they say nothing that is not in the repository.
 */
export async function addApiDocs(app: HttpApp, document: JsonObject): Promise<void> {
  app.get('/api/v1/openapi.json', async () => document);
  await app.register(async (docs) => {
    await docs.register(swagger, { mode: 'static', specification: { document: asSpecification(document) } });
    await docs.register(swaggerUi, {
      routePrefix: '/api/docs',
      staticCSP: true,
      uiConfig: { url: '/api/v1/openapi.json', docExpansion: 'list' },
    });
  });
}

/** The plugin wants its own type of the same JSON. */
function asSpecification(document: JsonObject): StaticDocumentSpec['document'] {
  return JSON.parse(JSON.stringify(document));
}
