import { allObjectTypes } from '@diode/catalogue';
import {
  acceptedSchema,
  batchSchema,
  collectionBodySchema,
  type JsonObject,
  jsonAnswer,
  type OpenApiFragment,
  problemAnswers,
  schemaRef,
  syncViewSchema,
  tagged,
} from '@diode/protocol';

const query = (name: string, description: string): JsonObject => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string' },
});

const PARAMETERS = [
  query('dry_run', 'true: answer with the plan, write nothing'),
  query('wait', 'such as 10s, at most 30s: answer 200 with the receipts when all are terminal in that time, else 202'),
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same key and body within 24 h get the same answer',
    schema: { type: 'string' },
  },
];

const ANSWERS: JsonObject = {
  '200': jsonAnswer('All entities are terminal: the receipts', 'SyncView'),
  '202': jsonAnswer('Stored; follow status_url', 'Accepted'),
  ...problemAnswers(
    'body_unreadable',
    'invalid_request',
    'invalid_parameter',
    'unauthenticated',
    'insufficient_scope',
    'source_not_allowed',
    'body_too_large',
    'too_many_entities',
    'unsupported_media_type',
    'entity_invalid',
    'idempotency_conflict',
    'overloaded',
    'rate_limited',
    'storage_unavailable',
  ),
};

/** What the ingester adds to `GET /api/v1/openapi.json`. */
export function ingesterOpenApi(): OpenApiFragment {
  return {
    schemas: {
      Accepted: acceptedSchema,
      SyncView: syncViewSchema,
      Batch: batchSchema,
      CollectionBody: collectionBodySchema,
    },
    paths: tagged('ingest', {
      '/api/v1/ingest': {
        post: {
          operationId: 'ingestBatch',
          summary: 'Assert a batch of entities',
          parameters: [...PARAMETERS, query('source', 'for NDJSON: the source of every line')],
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: schemaRef('Batch') },
              'application/x-ndjson': {
                schema: { type: 'string', description: 'One entity a line, each with its source or ?source=' },
              },
            },
          },
          responses: ANSWERS,
        },
      },
      '/api/v1/ingest/{collection}': {
        post: {
          operationId: 'ingestCollection',
          summary: 'Assert one object or a list of one collection',
          parameters: [
            {
              name: 'collection',
              in: 'path',
              required: true,
              schema: { type: 'string', enum: allObjectTypes().map((row) => row.collection) },
            },
            ...PARAMETERS,
          ],
          requestBody: { required: true, content: { 'application/json': { schema: schemaRef('CollectionBody') } } },
          responses: { ...ANSWERS, ...problemAnswers('unknown_collection') },
        },
      },
      '/api/v1/ingest/webhook': {
        post: {
          operationId: 'netboxWebhook',
          summary: 'A hint that an object changed in NetBox',
          description: "NetBox's event-rule payload or the seed's shape. Bearer token, or NetBox's X-Hook-Signature.",
          security: [{ token: [] }, {}],
          requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
          responses: {
            '202': { description: 'Noted' },
            ...problemAnswers('body_unreadable', 'invalid_request', 'unauthenticated', 'rate_limited'),
          },
        },
      },
    }),
  };
}
