import { fromBinary, fromJson, type Message, toBinary } from '@bufbuild/protobuf';
import { DiodeError } from '../errors.js';
import { wireMessage } from './descriptor.js';
import { isRaw, type RawMessage } from './raw-message.js';

/** A decoded `diode.v1.IngestRequest`. Fields this Diode does not know are kept inside `message`. */
export interface WireRequest {
  readonly id: string;
  readonly stream: string;
  /** The `source` of every entity. */
  readonly producerAppName: string;
  readonly producerAppVersion: string;
  readonly sdkName: string;
  readonly sdkVersion: string;
  /** As decoded; `entitiesOf` reads them. */
  readonly entities: readonly RawMessage[];
  readonly message: Message;
  /** As they came. */
  readonly bytes: Uint8Array;
}

export type DecodedIngest =
  | { readonly kind: 'ok'; readonly request: WireRequest }
  | { readonly kind: 'malformed'; readonly detail: string };

/** Bytes → request; any bytes give a value, never an exception. */
export function decodeIngest(bytes: Uint8Array): DecodedIngest {
  const desc = wireMessage('IngestRequest');
  try {
    const message = fromBinary(desc, bytes);
    return { kind: 'ok', request: describe(message, bytes) };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    return { kind: 'malformed', detail: `the message is not a diode.v1.IngestRequest: ${why.slice(0, 200)}` };
  }
}

/**
 * What the wire demands of a request and nothing more (facts: diode-wire §2.2): an id, who sends it, with what, and at least
 * one entity. An empty list is refused because an SDK that retries with a spent generator would lose its batch silently.
 * @returns null when it is acceptable
 */
export function refusalOf(request: WireRequest): DiodeError | null {
  const checks: readonly (readonly [string, string])[] = [
    [request.id, 'id is empty'],
    [request.producerAppName, 'producer app name is empty'],
    [request.producerAppVersion, 'producer app version is empty'],
    [request.sdkName, 'sdk name is empty'],
    [request.sdkVersion, 'sdk version is empty'],
    [request.entities.length > 0 ? 'some' : '', 'entities is empty'],
  ];
  const missing = checks.find(([value]) => value === '');
  return missing === undefined ? null : new DiodeError('invalid_request', { detail: missing[1] });
}

/** `diode.v1.IngestResponse`; `errors` is empty when all is well (the SDKs neither raise nor log it). */
export function encodeIngestResponse(errors: readonly string[]): Uint8Array {
  const desc = wireMessage('IngestResponse');
  return toBinary(desc, fromJson(desc, { errors: errors.map((error) => error.toWellFormed()) }));
}

function describe(message: Message, bytes: Uint8Array): WireRequest {
  const fields: RawMessage = isRaw(message) ? message : {};
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    id: text('id'),
    stream: text('stream'),
    producerAppName: text('producerAppName'),
    producerAppVersion: text('producerAppVersion'),
    sdkName: text('sdkName'),
    sdkVersion: text('sdkVersion'),
    entities: Array.isArray(fields.entities) ? fields.entities.filter(isRaw) : [],
    message,
    bytes,
  };
}
