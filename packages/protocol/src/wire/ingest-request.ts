import { create, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { DiodeError } from '../errors.js';
import { wireMessage } from './descriptor.js';

/** A decoded `diode.v1.IngestRequest`. Fields this Diode does not know are kept inside `message`. */
export interface WireRequest {
  readonly id: string;
  readonly stream: string;
  /** The `source` of every entity. */
  readonly producerAppName: string;
  readonly producerAppVersion: string;
  readonly sdkName: string;
  readonly sdkVersion: string;
  readonly entityCount: number;
  readonly message: Message;
}

export type DecodedIngest =
  | { readonly kind: 'ok'; readonly request: WireRequest }
  | { readonly kind: 'malformed'; readonly detail: string };

/** Bytes → request; any bytes give a value, never an exception. */
export function decodeIngest(bytes: Uint8Array): DecodedIngest {
  const desc = wireMessage('IngestRequest');
  try {
    const message = fromBinary(desc, bytes);
    return { kind: 'ok', request: describe(reflect(desc, message), message) };
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
    [request.entityCount > 0 ? 'some' : '', 'entities is empty'],
  ];
  const missing = checks.find(([value]) => value === '');
  return missing === undefined ? null : new DiodeError('invalid_request', { detail: missing[1] });
}

/** `diode.v1.IngestResponse`; `errors` is empty when all is well (the SDKs neither raise nor log it). */
export function encodeIngestResponse(errors: readonly string[]): Uint8Array {
  const desc = wireMessage('IngestResponse');
  const message = create(desc);
  const fields = reflect(desc, message);
  const field = desc.field.errors;
  if (field !== undefined && errors.length > 0) {
    const list: unknown = fields.get(field);
    if (isAddable(list)) for (const error of errors) list.add(error.toWellFormed());
  }
  return toBinary(desc, message);
}

function isAddable(list: unknown): list is { add(item: string): void } {
  return typeof list === 'object' && list !== null && 'add' in list && typeof list.add === 'function';
}

function describe(fields: ReflectMessage, message: Message): WireRequest {
  return {
    id: textOf(fields, 'id'),
    stream: textOf(fields, 'stream'),
    producerAppName: textOf(fields, 'producer_app_name'),
    producerAppVersion: textOf(fields, 'producer_app_version'),
    sdkName: textOf(fields, 'sdk_name'),
    sdkVersion: textOf(fields, 'sdk_version'),
    entityCount: sizeOf(fields, 'entities'),
    message,
  };
}

function textOf(fields: ReflectMessage, name: string): string {
  const field = fields.fields.find((f) => f.name === name);
  const value = field === undefined ? '' : fields.get(field);
  return typeof value === 'string' ? value : '';
}

function sizeOf(fields: ReflectMessage, name: string): number {
  const field = fields.fields.find((f) => f.name === name);
  const value = field === undefined ? undefined : fields.get(field);
  return typeof value === 'object' && value !== null && 'size' in value ? Number(value.size) : 0;
}
