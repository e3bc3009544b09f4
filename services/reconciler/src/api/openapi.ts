import {
  type JsonObject,
  jsonAnswer,
  type OpenApiFragment,
  problemAnswers,
  schemaRef,
  syncViewSchema,
  tagged,
} from '@diode/protocol';
import { modeSchema, platformSchema, whyIdleSchema } from './schemas.js';

const READ = problemAnswers(
  'unauthenticated',
  'insufficient_scope',
  'rate_limited',
  'token_service_unavailable',
  'storage_unavailable',
);

const query = (name: string, description: string): JsonObject => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string' },
});

const object = (description: string): JsonObject => ({
  description,
  content: { 'application/json': { schema: { type: 'object' } } },
});

/** What the reconciler adds to `GET /api/v1/openapi.json`. */
export function reconcilerOpenApi(): OpenApiFragment {
  return {
    schemas: { SyncView: syncViewSchema, Platform: platformSchema, WhyIdle: whyIdleSchema, Mode: modeSchema },
    paths: {
      ...tagged('sync', {
        '/api/v1/sync/{sync_id}/status': {
          get: {
            operationId: 'syncStatus',
            summary: 'One sync with its receipts',
            parameters: [
              { name: 'sync_id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
              query('limit', 'Receipts on a page, 1 to 1000; 100 if not given'),
              query('cursor', 'The `next` of the page before'),
            ],
            responses: {
              '200': jsonAnswer('The sync', 'SyncView'),
              ...READ,
              ...problemAnswers('not_found', 'invalid_parameter'),
            },
          },
        },
        '/api/v1/syncs/recent': {
          get: {
            operationId: 'recentSyncs',
            summary: 'The last syncs, newest first',
            parameters: [query('limit', '1 to 100; 20 if not given')],
            responses: {
              '200': object('{syncs: [...]} without receipts'),
              ...READ,
              ...problemAnswers('invalid_parameter'),
            },
          },
        },
      }),
      ...tagged('platform', {
        '/api/v1/sync/status': {
          get: {
            operationId: 'platformStatus',
            summary: 'Is all well?',
            responses: { '200': jsonAnswer('The platform', 'Platform'), ...READ },
          },
        },
        '/api/v1/why-idle': {
          get: {
            operationId: 'whyIdle',
            summary: 'What keeps work waiting?',
            responses: { '200': jsonAnswer('Gates and what waits', 'WhyIdle'), ...READ },
          },
        },
        '/api/v1/policies': {
          get: {
            operationId: 'policies',
            summary: 'The policy in force, and what of it is not yet',
            responses: { '200': object('The policy'), ...READ },
          },
        },
        '/api/v1/mode': {
          get: {
            operationId: 'getMode',
            summary: 'Does Diode write?',
            responses: { '200': jsonAnswer('The mode', 'Mode'), ...READ },
          },
          post: {
            operationId: 'setMode',
            summary: 'Write to NetBox, or observe only',
            requestBody: { required: true, content: { 'application/json': { schema: schemaRef('Mode') } } },
            responses: {
              '200': jsonAnswer('The mode now', 'Mode'),
              ...READ,
              ...problemAnswers('invalid_request', 'body_unreadable'),
            },
          },
        },
      }),
    },
  };
}
