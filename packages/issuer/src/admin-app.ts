import type { FastifyInstance } from 'fastify';
import { addClientRoutes } from './admin-clients.js';
import { guardAdmin } from './admin-guard.js';
import { addKeyRoutes } from './admin-keys.js';
import { addTokenRoutes } from './admin-tokens.js';
import { addHealth, makeHttp } from './http.js';
import type { IssuerParts } from './parts.js';

/** What /version says: not a Hydra, and which of ours. */
const VERSION = 'diode-issuer/0.1.0';

/** Hydra's admin listener (4445): clients, keys, introspection. Loopback only. */
export function buildAdminApp(parts: IssuerParts): FastifyInstance {
  const app = makeHttp(parts.log, 1024 * 1024);
  guardAdmin(app);
  addHealth(app);
  app.get('/version', () => ({ version: VERSION }));
  addClientRoutes(app, parts);
  addTokenRoutes(app, parts);
  addKeyRoutes(app, parts);
  return app;
}
