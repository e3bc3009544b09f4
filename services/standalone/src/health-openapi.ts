import type { JsonObject, OpenApiFragment } from '@diode/protocol';

const health = (what: string): JsonObject => ({
  get: {
    summary: what,
    security: [{}, { token: [] }],
    description: 'Anyone sees the status; a token with scope read sees each check.',
    responses: {
      '200': { description: '{status: ok | degraded}' },
      '503': { description: '{status: down}: it cannot do its work' },
    },
  },
});

/** `GET /health` and its parts. */
export const HEALTH_OPENAPI: OpenApiFragment = {
  schemas: {},
  paths: {
    '/health': health('The platform: 503 only when ingest cannot accept'),
    '/health/ingester': health('Ingest'),
    '/health/reconciler': health('Reconciling'),
    '/health/auth': health('Tokens'),
  },
};
