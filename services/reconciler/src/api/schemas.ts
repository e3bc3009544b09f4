/** Answers of the reconciler's API as zod schemas; OpenAPI is generated from them and tests hold real answers to them. */
import { z } from 'zod';

const time = z.iso.datetime().describe('UTC, with Z');

export const gateSchema = z.object({
  gate: z.string().describe('netbox | mode | workers | change_feed | back_pressure'),
  reason: z.string(),
  since: time,
});

export const platformSchema = z.object({
  status: z.enum(['ok', 'degraded', 'stalled']),
  reasons: z.array(z.string()),
  mode: z.enum(['write', 'observe']),
  oldest_waiting_seconds: z.number().nullable(),
  backlog: z.record(z.string(), z.number().int()).describe('Entities that wait, by stage'),
  rates: z.object({
    entities_per_minute: z.number().describe('Receipts this process wrote in the last minute'),
  }),
  gates: z.array(gateSchema),
  netbox: z.object({
    url: z.string(),
    version: z.string().nullable(),
    reachable: z.boolean(),
    latency_seconds: z.number().nullable(),
    paced_to: z.number().int().describe('Requests that may be in flight'),
  }),
  mirror: z.record(z.string(), z.object({ objects: z.number().int(), oldest_read_at: time.nullable() })),
  drift: z.record(z.string(), z.unknown()),
});

export const whyIdleSchema = z.object({
  idle: z.boolean().describe('Nothing waits'),
  waiting: z.number().int(),
  oldest_waiting_seconds: z.number().nullable(),
  gates: z.array(gateSchema),
  waiting_for: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  notes: z.array(z.string()),
});

export const modeSchema = z.object({ mode: z.enum(['write', 'observe']) });
