/**
 * A decoded message as @bufbuild/protobuf holds it: a plain object by local name, oneofs as `{case, value}`, lists and maps always
 * present. Reading it directly is three times as fast as the reflection API, which wraps every value it hands out.
 */
export interface RawMessage {
  readonly [member: string]: unknown;
}

/** True for a message, a map, a Struct (which is held as JSON). */
export function isRaw(value: unknown): value is RawMessage {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member of a oneof that is set; null when none is. */
export function chosen(oneof: unknown): { readonly member: string; readonly value: unknown } | null {
  return isRaw(oneof) && typeof oneof.case === 'string' ? { member: oneof.case, value: oneof.value } : null;
}

/** True when a message carries fields its descriptor does not know. */
export function hasUnknown(message: RawMessage): boolean {
  return Array.isArray(message.$unknown) && message.$unknown.length > 0;
}
