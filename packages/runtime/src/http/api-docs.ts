import type { JsonObject } from '@diode/protocol';
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { HttpApp } from './http-app.js';

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><text x="0" y="28" font-family="sans-serif" font-size="26" fill="#fff">Diode</text></svg>';

/** Nothing from elsewhere, and no upgrade to https: the page is served without TLS too, where an upgrade would break it. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

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
      staticCSP: CSP,
      // Without one the page would carry the logo of its plugin.
      logo: { type: 'image/svg+xml', content: LOGO },
      theme: { title: 'Diode API' },
      uiConfig: { url: '/api/v1/openapi.json', docExpansion: 'list' },
    });
  });
}

/** The plugin wants its own type of the same JSON. */
function asSpecification(document: JsonObject): StaticDocumentSpec['document'] {
  return JSON.parse(JSON.stringify(document));
}
