import {
  DiodeError,
  decodeIngest,
  encodeIngestResponse,
  entitiesOf,
  type ProblemItem,
  refusalOf,
  requestHash,
  type WireEntity,
} from '@diode/protocol';
import type { UnaryHandler } from '@diode/runtime';
import { accept } from '../accept.js';
import type { IngesterDeps } from '../deps.js';
import { type EntityOutcome, readData } from '../parse/entity.js';
import type { ReadRequest } from '../parse/request.js';

export const INGEST_METHOD = '/diode.v1.IngesterService/Ingest';

/** The official SDKs do not retry RESOURCE_EXHAUSTED: a call is held this long for room before it is refused. */
const HOLD_MS = 10_000;

/**
 * `diode.v1.IngesterService/Ingest`. Entities that cannot be taken are named in `errors` and the others are stored; when none can be taken the call
 * fails, because the SDKs neither raise nor log `errors` (facts: diode-wire §2.4). A repeated id with the same content is the same request.
 */
export function ingestCall(deps: IngesterDeps): UnaryHandler {
  return async (call) => {
    const identity = await deps.gate.admit({ authorization: call.authorization }, 'ingest');
    const decoded = decodeIngest(call.message);
    if (decoded.kind === 'malformed') throw new DiodeError('body_unreadable', { detail: decoded.detail });
    const { request } = decoded;
    const refusal = refusalOf(request);
    if (refusal !== null) throw refusal;
    if (request.entities.length > deps.limits.entities) {
      throw new DiodeError('too_many_entities', {
        detail: `${request.entities.length} entities; the limit is ${deps.limits.entities}`,
      });
    }
    await deps.gate.admitSource(identity, request.producerAppName);
    await deps.backPressure.admit(HOLD_MS);
    const read = readEntities(deps, request.producerAppName, entitiesOf(request));
    const bodyHash = requestHash(request);
    await accept(deps, {
      read,
      clientId: identity.clientId,
      channel: 'grpc',
      dryRun: false,
      // The content is part of the key: an id that comes again with other content is another request, not a conflict.
      idempotency: { key: `grpc:${request.id}:${bodyHash}`, bodyHash },
    });
    return encodeIngestResponse(read.errors.map((e) => `${e.pointer}: ${e.detail}. ${e.remedy}`));
  };
}

function readEntities(deps: IngesterDeps, source: string, entities: readonly WireEntity[]): ReadRequest {
  const errors: ProblemItem[] = [];
  const read = entities.flatMap((entity, i) => {
    const outcome = readOne(deps, entity, `/entities/${i}`);
    if (outcome.kind === 'read') return [outcome.entity];
    errors.push(outcome.problem);
    return [];
  });
  return { source, entities: read, errors, notes: [] };
}

function readOne(deps: IngesterDeps, entity: WireEntity, pointer: string): EntityOutcome {
  if (entity.kind === 'unsupported') {
    return {
      kind: 'refused',
      problem: { pointer, code: 'unsupported_object_type', detail: entity.detail, remedy: entity.remedy },
    };
  }
  const outcome = readData({ type: entity.objectType, value: entity.data, pointer, limits: deps.limits });
  return outcome.kind === 'refused'
    ? outcome
    : { ...outcome, entity: { ...outcome.entity, observedAt: entity.observedAt } };
}
