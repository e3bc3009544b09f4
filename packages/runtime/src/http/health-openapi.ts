import { type JsonObject, type OpenApiFragment, tagged } from '@diode/protocol';

const health = (operationId: string, summary: string): JsonObject => ({
  get: {
    operationId,
    summary,
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
  paths: tagged('health', {
    '/health': health('health', 'The platform: 503 only when ingest cannot accept'),
    '/health/ingester': health('ingesterHealth', 'Ingest'),
    '/health/reconciler': health('reconcilerHealth', 'Reconciling'),
    '/health/auth': health('authHealth', 'Tokens'),
  }),
};
