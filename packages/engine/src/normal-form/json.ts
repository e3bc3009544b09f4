import type { JsonValue } from '@diode/protocol';
import { invalid, type Normalized, normal } from './normalized.js';

/** What Postgres keeps in no jsonb: NUL and half surrogates, escaped here. A backslash that was data is two of them. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** Any value, as long as NetBox's database can hold it: it answers the others with a 500, which would be tried again for ever. */
export function normalizeJson(value: JsonValue): Normalized {
  if (!UNSTORABLE.test(JSON.stringify(value) ?? '')) return normal(value);
  return invalid('holds a NUL or half of a surrogate pair', 'Leave the character out.');
}
