import { hash } from 'node:crypto';
import type { Accepted, Channel, JsonValue } from '@diode/protocol';
import { DiodeError } from '@diode/protocol';
import type { Queue } from '@diode/queue';
import { uuidv7 } from '@diode/runtime';
import type { NewSync, Store } from '@diode/store';
import { MAX_PROBLEMS } from './limits.js';
import type { ReadRequest } from './parse/request.js';
import type { WorkRoute } from './route-work.js';

export interface AcceptDeps {
  readonly store: Pick<Store, 'storeSync'>;
  readonly queue: Pick<Queue, 'announce'>;
  readonly route: (e: {
    objectType: string;
    data: ReadRequest['entities'][number]['data'];
    source: string;
    channel: Channel;
  }) => WorkRoute;
  readonly now: () => number;
  /** Seconds from request to commit, for the seed's `diode_data_ingestion_rate`. */
  readonly onCommitted: (o: { seconds: number; source: string; entities: number; refused: number }) => void;
}

export interface AcceptRequest {
  readonly read: ReadRequest;
  readonly clientId: string;
  readonly channel: Channel;
  readonly dryRun: boolean;
  /** Key and hash of what was sent under it; null without one. */
  readonly idempotency: { readonly key: string; readonly bodyHash: string } | null;
}

export type AcceptOutcome = { readonly answer: Accepted; readonly repeated: boolean };

/**
 * Stores the entities and answers (I1: the answer exists only after the commit), then wakes the reconciler; a deaf queue changes nothing (I2).
 * @throws DiodeError entity_invalid when nothing could be read, idempotency_conflict, storage_unavailable.
 */
export async function accept(deps: AcceptDeps, request: AcceptRequest): Promise<AcceptOutcome> {
  const { read } = request;
  const errors = read.errors.slice(0, MAX_PROBLEMS);
  if (read.entities.length === 0) {
    throw new DiodeError('entity_invalid', { detail: `${read.errors.length} refused, none accepted`, errors });
  }
  const startedAt = deps.now();
  const receivedAt = new Date(startedAt).toISOString();
  const syncId = uuidv7(startedAt);
  const answer: Accepted = {
    sync_id: syncId,
    status: 'queued',
    accepted: read.entities.length,
    refused: read.errors.length,
    errors,
    status_url: `/api/v1/sync/${syncId}/status`,
    received_at: receivedAt,
    notes: read.notes,
  };
  const sync = toSync({ request, answer, syncId, receivedAt, deps });
  const outcome = await deps.store.storeSync(sync);
  if (outcome.kind === 'repeated') return { answer: asAccepted(outcome.answer, answer), repeated: true };
  if (outcome.kind === 'conflict') {
    throw new DiodeError('idempotency_conflict', {
      detail: 'this key was used in the last 24 hours with another body',
      errors: [
        {
          pointer: '',
          code: 'idempotency_conflict',
          detail: 'same key, other body',
          remedy: 'Use a new Idempotency-Key for a new request.',
        },
      ],
    });
  }
  deps.onCommitted({
    seconds: (deps.now() - startedAt) / 1000,
    source: read.source,
    entities: read.entities.length,
    refused: read.errors.length,
  });
  const partitions = new Set(sync.entities.map((e) => e.partition));
  // Not waited for: the rows are committed, and what the queue does not hear the sweep finds (I2). It never rejects.
  void deps.queue.announce([...partitions].map((partition) => ({ partition, syncId })));
  return { answer, repeated: false };
}

function toSync(o: {
  request: AcceptRequest;
  answer: Accepted;
  syncId: string;
  receivedAt: string;
  deps: AcceptDeps;
}): NewSync {
  const { read, channel } = o.request;
  return {
    syncId: o.syncId,
    source: read.source,
    clientId: o.request.clientId,
    channel,
    dryRun: o.request.dryRun,
    receivedAt: o.receivedAt,
    refused: read.errors.length,
    errors: o.answer.errors,
    notes: read.notes,
    entities: read.entities.map((e) => ({
      objectType: e.objectType,
      data: e.data,
      observedAt: e.observedAt ?? o.receivedAt,
      ...o.deps.route({ objectType: e.objectType, data: e.data, source: read.source, channel }),
    })),
    idempotency: o.request.idempotency === null ? null : { ...o.request.idempotency, answer: asJson(o.answer) },
  };
}

/** What makes two requests the same one: path, query and body. */
export function hashRequest(parts: readonly (string | Uint8Array)[]): string {
  return hash('sha256', Buffer.concat(parts.flatMap((p) => [Buffer.from(p), Buffer.of(0)])), 'hex');
}

function asJson(answer: Accepted): JsonValue {
  return { ...answer, errors: answer.errors.map((e) => ({ ...e })), notes: [...answer.notes] };
}

/** What the store repeats is what we once gave it; should a field be missing (older version), today's answer fills it. */
function asAccepted(stored: JsonValue, fallback: Accepted): Accepted {
  return typeof stored === 'object' && stored !== null && !Array.isArray(stored)
    ? { ...fallback, ...stored }
    : fallback;
}
