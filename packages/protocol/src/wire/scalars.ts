import type { JsonValue } from '../json.js';

/** `vm_interface` → `vminterface`, as NetBox names the model. */
export function modelKey(snake: string): string {
  return snake.replaceAll('_', '');
}

/**
 * A scalar of the wire as JSON. An int64 a double cannot hold stays text, so that NetBox refuses it instead of taking another
 * number; so do NaN and the infinities, which as JSON would become `null` and clear.
 */
export function scalar(value: unknown): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'bigint') return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** The value a scalar without presence has when it was not sent. */
export function isZero(value: unknown): boolean {
  return (
    value === '' ||
    value === 0n ||
    value === 0 ||
    value === false ||
    (value instanceof Uint8Array && value.length === 0)
  );
}
