import type { FastifyInstance } from 'fastify';
import { AdminError } from './admin-error.js';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const JSON_TYPES = new Set(['application/json', 'application/json-patch+json']);
const CHANGES_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The admin API has no authentication, as Hydra's has none; what keeps a web page in somebody's browser out is
 * this. A loopback Host header defeats DNS rebinding; a JSON content type cannot be sent across origins without a
 * preflight, which nothing here answers.
 */
export function guardAdmin(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (!LOOPBACK.test(request.headers.host ?? '')) {
      throw new AdminError(403, 'Forbidden', 'The admin API answers to loopback host names only.');
    }
    // Introspection is a form, as Hydra has it: it changes nothing and its answer cannot be read across origins.
    if (request.routeOptions.url === '/admin/oauth2/introspect' || !CHANGES_WITH_BODY.has(request.method)) return;
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type === undefined || !JSON_TYPES.has(type)) {
      throw new AdminError(415, 'Unsupported Media Type', 'Send the content type application/json.');
    }
  });
}
