import { createHash } from 'node:crypto';
import { type Message, toBinary } from '@bufbuild/protobuf';
import {
  isReflectList,
  isReflectMap,
  isReflectMessage,
  type ReflectMessage,
  reflect,
} from '@bufbuild/protobuf/reflect';
import { wireMessage } from './descriptor.js';
import type { WireRequest } from './ingest-request.js';

/**
 * SHA-256 (hex) of what a request says. The order of map entries varies from send to send (facts: diode-wire §2.2) and does
 * not count; the request id does not either, so that the same content is told under whatever id it comes. Unknown fields count.
 */
export function requestHash(request: WireRequest): string {
  const desc = wireMessage('IngestRequest');
  const message: Message = { ...request.message };
  const fields = reflect(desc, message);
  sortMaps(fields);
  const id = desc.fields.find((field) => field.name === 'id');
  if (id !== undefined) fields.clear(id);
  return createHash('sha256').update(toBinary(desc, message)).digest('hex');
}

const STRUCT = 'google.protobuf.Struct';

/** Puts every map's entries in order of their keys, in place; the meaning of the message stays the same. */
function sortMaps(fields: ReflectMessage): void {
  for (const field of fields.fields) {
    if (!fields.isSet(field)) continue;
    const value: unknown = fields.get(field);
    if (isReflectMessage(value)) {
      sortMaps(value);
      if (value.desc.typeName === STRUCT) fields.set(field, value); // a Struct is handed out as a copy
    } else if (isReflectList(value)) for (const item of value) ifMessage(item);
    else if (isReflectMap(value)) {
      const entries = [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
      value.clear();
      for (const [key, item] of entries) {
        ifMessage(item);
        value.set(key, item);
      }
    }
  }
}

function ifMessage(item: unknown): void {
  if (isReflectMessage(item)) sortMaps(item);
}
