import { byCollection, objectType } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type ProblemItem } from '@diode/protocol';
import type { IngestLimits } from '../limits.js';
import { checkValues, pointerTo } from './check-values.js';
import { parseTimestamp } from './timestamp.js';

/** One entity that can be stored. */
export interface ReadEntity {
  readonly objectType: string;
  readonly data: JsonObject;
  /** RFC 3339 UTC, or null when neither entity nor batch says. */
  readonly observedAt: string | null;
}

export type EntityOutcome =
  | { readonly kind: 'read'; readonly entity: ReadEntity; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly problem: ProblemItem };

export const NAIVE_NOTE = 'timestamp had no zone, taken as UTC';
export const EXTERNAL_ID_NOTE = 'external_id is not used to identify objects yet';

/** `dcim.device`, `devices`, `ip_addresses` or `device` → the content type; null when Diode does not know it. */
export function resolveObjectType(name: string): string | null {
  const key = name.trim().toLowerCase();
  return objectType(key)?.name ?? byCollection(key)?.name ?? null;
}

/**
 * Reads an entity of a batch, `{object_type, data, timestamp?}`, at `pointer`. `data` may be called `payload`, and
 * `object_type` may be called `data_type`, as in the seed's examples.
 */
export function readEntity(value: unknown, pointer: string, limits: IngestLimits): EntityOutcome {
  if (!isJsonObject(value))
    return refused(pointer, 'entity_not_object', 'an entity is a JSON object', 'Send {"object_type": …, "data": {…}}.');
  const typeName = value.object_type ?? value.data_type;
  if (typeof typeName !== 'string') {
    return refused(
      pointerTo(pointer, 'object_type'),
      'object_type_missing',
      'object_type is missing',
      'Say what it is: "object_type": "dcim.device".',
    );
  }
  const type = resolveObjectType(typeName);
  if (type === null) {
    return refused(
      pointerTo(pointer, 'object_type'),
      'unsupported_object_type',
      `"${typeName.slice(0, 100)}" is not an object type this Diode writes`,
      'GET /api/v1/openapi.json lists the types; the name is that of NetBox, for example dcim.device or devices.',
    );
  }
  if (value.operation !== undefined && value.operation !== 'assert') {
    return refused(
      pointerTo(pointer, 'operation'),
      'unsupported_operation',
      'only "assert" is accepted',
      'Leave operation out; deletion is not supported yet.',
    );
  }
  if (value.snapshot !== undefined) {
    return refused(
      pointerTo(pointer, 'snapshot'),
      'unsupported_field',
      'snapshot sessions are not supported yet',
      'Leave snapshot out.',
    );
  }
  const dataKey = value.data === undefined && value.payload !== undefined ? 'payload' : 'data';
  const outcome = readData({ type, value: value[dataKey], pointer: pointerTo(pointer, dataKey), limits });
  if (outcome.kind === 'refused') return outcome;
  const unread = unreadNotes(value, dataKey === 'data' ? [...ENTITY_KEYS, 'data'] : [...ENTITY_KEYS, 'payload']);
  const notes = value.external_id === undefined ? unread : [...unread, EXTERNAL_ID_NOTE];
  if (value.timestamp === undefined || value.timestamp === null) return { kind: 'read', entity: outcome.entity, notes };
  const time = parseTimestamp(value.timestamp);
  if (time.kind === 'invalid') return invalidTimestamp(pointerTo(pointer, 'timestamp'), time.detail);
  return {
    kind: 'read',
    entity: { ...outcome.entity, observedAt: time.utc },
    notes: time.naive ? [...notes, NAIVE_NOTE] : notes,
  };
}

const ENTITY_KEYS = ['object_type', 'data_type', 'timestamp', 'source', 'operation', 'external_id'];

/** A misspelt `timestmap` is no reason to refuse, and none to be silent. */
export function unreadNotes(value: JsonObject, known: readonly string[]): readonly string[] {
  const unread = Object.keys(value).filter((key) => !known.includes(key));
  return unread.slice(0, 5).map((key) => `"${key.slice(0, 50)}" beside the data is not read`);
}

/** Reads the data of one entity whose type is known. */
export function readData(o: { type: string; value: unknown; pointer: string; limits: IngestLimits }): EntityOutcome {
  if (!isJsonObject(o.value)) {
    return refused(
      o.pointer,
      'data_not_object',
      'data is missing or not a JSON object',
      'Send the fields of the object: {"name": "switch-01"}.',
    );
  }
  if (Object.keys(o.value).length === 0) {
    return refused(o.pointer, 'data_empty', 'data has no fields', 'Send at least the fields that identify the object.');
  }
  const problem = checkValues(o.value, o.pointer, o.limits);
  if (problem) return { kind: 'refused', problem };
  return { kind: 'read', entity: { objectType: o.type, data: o.value, observedAt: null }, notes: [] };
}

export function invalidTimestamp(
  pointer: string,
  detail: string,
): { readonly kind: 'refused'; readonly problem: ProblemItem } {
  return refused(
    pointer,
    'timestamp_invalid',
    detail,
    'Send RFC 3339 with a zone, 2026-01-31T12:00:00Z, or leave it out.',
  );
}

export function refused(
  pointer: string,
  code: string,
  detail: string,
  remedy: string,
): { readonly kind: 'refused'; readonly problem: ProblemItem } {
  return { kind: 'refused', problem: { pointer, code, detail, remedy } };
}
