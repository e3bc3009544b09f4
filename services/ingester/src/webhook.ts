import { createHmac, timingSafeEqual } from 'node:crypto';
import { allObjectTypes, objectType } from '@diode/catalogue';
import { DiodeError, isJsonObject } from '@diode/protocol';

/** A hint that an object changed in NetBox: re-read it before believing what is known of it. Never an assertion. */
export interface WebhookHint {
  readonly objectType: string;
  readonly id: number;
}

/** NetBox signs the raw body with HMAC-SHA512, hex, no prefix (facts/netbox.md §4). */
export function signatureMatches(o: { secret: string; body: Uint8Array; signature: string }): boolean {
  const expected = createHmac('sha512', o.secret).update(o.body).digest();
  const given = /^[0-9a-f]{128}$/i.test(o.signature) ? Buffer.from(o.signature, 'hex') : Buffer.alloc(expected.length);
  return timingSafeEqual(expected, given);
}

/**
 * Reads NetBox's own event payload `{event, object_type | model, data: {id, …}}` or the seed's `{source, event_type, model_type, data, timestamp}`.
 * null: well-formed, but about a type Diode does not write.
 * @throws DiodeError invalid_request
 */
export function readWebhook(body: unknown): WebhookHint | null {
  if (!isJsonObject(body)) throw bad('', 'the body is not a JSON object');
  const name = body.object_type ?? body.model ?? body.model_type;
  if (typeof name !== 'string') throw bad('/object_type', 'neither object_type, model nor model_type is present');
  const id = isJsonObject(body.data) ? body.data.id : undefined;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1)
    throw bad('/data/id', "the object's NetBox id is missing");
  const key = name.trim().toLowerCase();
  const row = objectType(key) ?? allObjectTypes().find((r) => r.name.split('.')[1] === key);
  return row ? { objectType: row.name, id } : null;
}

function bad(pointer: string, detail: string): DiodeError {
  return new DiodeError('invalid_request', {
    detail,
    errors: [
      {
        pointer,
        code: 'webhook_unreadable',
        detail,
        remedy: "Send NetBox's event-rule payload, or {event_type, model_type, data: {id, …}}.",
      },
    ],
  });
}
