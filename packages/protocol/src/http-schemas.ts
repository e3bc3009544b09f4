/** The bodies of Diode's HTTP API as zod schemas; OpenAPI is generated from them and tests hold real answers to them. */
import { z } from 'zod';
import { ERRORS } from './errors.js';
import { ACTIONS, ENTITY_STATES, SYNC_STATUSES, VERDICTS } from './states.js';

const json = z.unknown();
const time = z.iso.datetime().describe('UTC, with Z');

export const problemItemSchema = z.object({
  pointer: z.string().describe('RFC 6901 pointer into the request body'),
  code: z.string(),
  detail: z.string(),
  remedy: z.string().describe('What to do about it'),
});

export const problemSchema = z.object({
  type: z.string().describe('/errors/<code>'),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(ERRORS) as [keyof typeof ERRORS, ...(keyof typeof ERRORS)[]]),
  detail: z.string(),
  request_id: z.string(),
  errors: z.array(problemItemSchema),
});

export const acceptedSchema = z.object({
  sync_id: z.uuid(),
  status: z.literal('queued'),
  accepted: z.number().int(),
  refused: z.number().int(),
  errors: z.array(problemItemSchema),
  status_url: z.string(),
  received_at: time,
  notes: z.array(z.string()),
});

const netboxLinkSchema = z.object({ id: z.number().int(), url: z.string() });

export const fieldVerdictSchema = z.object({
  verdict: z.enum(VERDICTS),
  from: json,
  to: json,
  rule: z.string(),
  reason: z.string(),
});

export const receiptSchema = z.object({
  index: z.number().int(),
  object_type: z.string(),
  key: z.string(),
  state: z.enum(ENTITY_STATES),
  action: z.enum(ACTIONS).nullable(),
  netbox: netboxLinkSchema.nullable(),
  fields: z.record(z.string(), fieldVerdictSchema),
  also: z.array(
    z.object({
      object_type: z.string(),
      key: z.string(),
      action: z.enum(ACTIONS),
      netbox: netboxLinkSchema.nullable(),
      because: z.string(),
    }),
  ),
  attempts: z.number().int(),
  next_attempt_at: time.nullable(),
  waiting_for: z.string().nullable(),
  error: z.object({ code: z.string(), detail: z.string(), errors: z.array(problemItemSchema) }).nullable(),
  timing: z.object({ received_at: time, planned_at: time.nullable(), applied_at: time.nullable() }),
});

export const syncViewSchema = z.object({
  sync_id: z.uuid(),
  source: z.string(),
  client_id: z.string(),
  status: z.enum(SYNC_STATUSES),
  dry_run: z.boolean(),
  counts: z.partialRecord(z.enum(ENTITY_STATES), z.number().int()),
  received_at: time,
  completed_at: time.nullable(),
  entities: z.array(receiptSchema),
  next: z.string().nullable(),
});

export const entitySchema = z.object({
  object_type: z
    .string()
    .describe("NetBox's content type (dcim.device) or REST name (devices); data_type is taken too"),
  data: z.record(z.string(), json).describe("NetBox's REST field names; absent = no opinion, null = clear"),
  timestamp: z.string().optional().describe('When it was observed, RFC 3339; without a zone it is taken as UTC'),
  operation: z.literal('assert').optional(),
  external_id: z.string().optional(),
});

export const batchSchema = z.object({
  source: z.string().min(1).max(255),
  timestamp: z.string().optional(),
  entities: z.array(entitySchema).min(1).max(10_000),
});

const dataOrList = z.union([z.record(z.string(), json), z.array(z.record(z.string(), json)).min(1)]);
export const collectionBodySchema = z.object({
  source: z.string().min(1).max(255),
  timestamp: z.string().optional(),
  data_type: z.string().optional(),
  data: dataOrList.optional(),
  payload: dataOrList.optional().describe('Another name for data'),
});
