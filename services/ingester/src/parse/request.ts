import { DiodeError, isJsonObject, type JsonObject, type ProblemItem } from '@diode/protocol';
import type { IngestLimits } from '../limits.js';
import { pointerTo } from './check-values.js';
import {
  type EntityOutcome,
  invalidTimestamp,
  NAIVE_NOTE,
  type ReadEntity,
  readData,
  readEntity,
  resolveObjectType,
  unreadNotes,
} from './entity.js';
import { parseTimestamp } from './timestamp.js';

/** What a request said, before anything is stored. */
export interface ReadRequest {
  readonly source: string;
  readonly entities: readonly ReadEntity[];
  readonly errors: readonly ProblemItem[];
  readonly notes: readonly string[];
}

const MAX_SOURCE = 255;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes → text. @throws DiodeError body_unreadable when they are not UTF-8. */
export function decodeText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new DiodeError('body_unreadable', { detail: 'the body is not valid UTF-8', cause });
  }
}

/** @throws DiodeError body_unreadable with the place of the mistake. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, ' ').slice(0, 200) : 'not JSON';
    throw new DiodeError('body_unreadable', { detail: `the body is not JSON: ${why}`, cause });
  }
}

/** `{source, timestamp?, data|payload: object or list}` for one collection (both body shapes of the seed). */
export function readCollectionBody(o: {
  type: string;
  body: unknown;
  querySource: string | null;
  limits: IngestLimits;
}): ReadRequest {
  const envelope = asEnvelope(o.body);
  checkType(envelope, o.type);
  const key = envelope.data === undefined && envelope.payload !== undefined ? 'payload' : 'data';
  const given = envelope[key];
  if (given === undefined) {
    throw invalid(
      `/${key}`,
      'data_missing',
      'neither data nor payload is present',
      'Send {"source": "…", "data": {…}} or a list of objects.',
    );
  }
  const list = Array.isArray(given) ? given : [given];
  checkCount(list.length, `/${key}`, o.limits);
  const reads = list.map((value: unknown, i) =>
    readData({
      type: o.type,
      value,
      pointer: Array.isArray(given) ? pointerTo(`/${key}`, i) : `/${key}`,
      limits: o.limits,
    }),
  );
  const notes = unreadNotes(envelope, key === 'data' ? [...COLLECTION_KEYS, 'data'] : [...COLLECTION_KEYS, 'payload']);
  return gather({ source: readSource(envelope.source ?? o.querySource), envelope, reads, notes });
}

/** `{source, timestamp?, entities: [entity]}`. */
export function readBatchBody(o: { body: unknown; querySource: string | null; limits: IngestLimits }): ReadRequest {
  const envelope = asEnvelope(o.body);
  const list = envelope.entities;
  if (!Array.isArray(list)) {
    throw invalid(
      '/entities',
      'entities_missing',
      'entities is missing or not a list',
      'Send {"source": "…", "entities": [{"object_type": "dcim.device", "data": {…}}]}.',
    );
  }
  checkCount(list.length, '/entities', o.limits);
  const reads = list.map((value: unknown, i) => readEntity(value, pointerTo('/entities', i), o.limits));
  const notes = unreadNotes(envelope, ['source', 'timestamp', 'entities']);
  return gather({ source: readSource(envelope.source ?? o.querySource), envelope, reads, notes });
}

/** One entity a line, each with `source` unless `?source=` says it. Pointers count lines with content from 0. */
export function readNdjsonBody(o: { text: string; querySource: string | null; limits: IngestLimits }): ReadRequest {
  const lines = o.text.split('\n').filter((line) => line.trim() !== '');
  checkCount(lines.length, '', o.limits);
  let source: string | null = o.querySource === null ? null : readSource(o.querySource);
  const reads = lines.map((line, i): EntityOutcome => {
    const at = pointerTo('', i);
    const value = tryJson(line);
    if (!isJsonObject(value))
      return refusedLine(at, 'line_not_json', 'this line is not a JSON object', 'Send one JSON object a line.');
    const own = value.source;
    if (own !== undefined || source === null) {
      if (typeof own !== 'string' || !isSource(own)) {
        return refusedLine(
          `${at}/source`,
          'source_missing',
          'no usable source on this line',
          'Add "source", or call with ?source=NAME.',
        );
      }
      source ??= own.trim();
      if (own.trim() !== source) {
        return refusedLine(
          `${at}/source`,
          'source_differs',
          `the request asserts as "${source}"`,
          'Send one request for each source.',
        );
      }
    }
    return readEntity(value, at, o.limits);
  });
  if (source === null)
    throw invalid(
      '/0/source',
      'source_missing',
      'no line names a source',
      'Add "source" to each line, or call with ?source=NAME.',
    );
  return gather({ source, envelope: {}, reads, notes: [] });
}

const COLLECTION_KEYS = ['source', 'timestamp', 'data_type', 'object_type'];

/** The path says what the objects are; a body that says something else was meant for another one. */
function checkType(envelope: JsonObject, type: string): void {
  for (const key of ['object_type', 'data_type']) {
    const said = envelope[key];
    const other = typeof said === 'string' ? resolveObjectType(said) : null;
    if (other === null || other === type) continue;
    const remedy = 'Send it to its own collection, or leave the type out.';
    throw invalid(`/${key}`, 'type_differs', `the body says ${other}, the path ${type}`, remedy);
  }
}

interface Gathered {
  readonly source: string;
  readonly envelope: JsonObject;
  readonly reads: readonly EntityOutcome[];
  readonly notes: readonly string[];
}

function gather(o: Gathered): ReadRequest {
  const notes = new Set<string>(o.notes);
  const errors: ProblemItem[] = [];
  const entities: ReadEntity[] = [];
  const time =
    o.envelope.timestamp === undefined || o.envelope.timestamp === null ? null : parseTimestamp(o.envelope.timestamp);
  if (time?.kind === 'invalid') {
    const { problem } = invalidTimestamp('/timestamp', time.detail);
    throw new DiodeError('invalid_request', { detail: problem.detail, errors: [problem] });
  }
  if (time?.naive) notes.add(NAIVE_NOTE);
  for (const read of o.reads) {
    if (read.kind === 'refused') {
      errors.push(read.problem);
      continue;
    }
    for (const note of read.notes) notes.add(note);
    entities.push(read.entity.observedAt === null && time ? { ...read.entity, observedAt: time.utc } : read.entity);
  }
  return { source: o.source, entities, errors, notes: [...notes] };
}

function asEnvelope(body: unknown): JsonObject {
  if (isJsonObject(body)) return body;
  throw invalid('', 'body_not_object', 'the body is not a JSON object', 'Send {"source": "…", "data": {…}}.');
}

function readSource(value: unknown): string {
  if (typeof value === 'string' && isSource(value)) return value.trim();
  throw invalid(
    '/source',
    'source_missing',
    `source is missing or not a name of 1 to ${MAX_SOURCE} printable characters`,
    'Name the system that asserts this: "source": "my-discovery".',
  );
}

function isSource(value: string): boolean {
  const name = value.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what a name must not hold
  return name.length > 0 && name.length <= MAX_SOURCE && !/[\u0000-\u001f\u007f]/.test(name) && name.isWellFormed();
}

function checkCount(count: number, pointer: string, limits: IngestLimits): void {
  if (count === 0) throw invalid(pointer, 'no_entities', 'there are no entities in this request', 'Send at least one.');
  if (count > limits.entities) {
    throw new DiodeError('too_many_entities', {
      detail: `${count} entities; the limit is ${limits.entities}`,
      errors: [
        {
          pointer,
          code: 'too_many_entities',
          detail: `${count} entities`,
          remedy: `Send at most ${limits.entities} a request.`,
        },
      ],
    });
  }
}

function invalid(pointer: string, code: string, detail: string, remedy: string): DiodeError {
  return new DiodeError('invalid_request', { detail, errors: [{ pointer, code, detail, remedy }] });
}

function refusedLine(pointer: string, code: string, detail: string, remedy: string): EntityOutcome {
  return { kind: 'refused', problem: { pointer, code, detail, remedy } };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
