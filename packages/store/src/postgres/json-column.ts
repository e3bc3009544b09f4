import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';

/** Reads a JSON column (bytes, selected as text by `convert_from(column, 'UTF8')`). */
export function parseJson(text: string): JsonValue {
  const value: JsonValue = JSON.parse(text);
  return value;
}

/** As `parseJson`, for columns that hold objects. Throws TypeError when the row does not, which only a foreign hand can cause. */
export function parseJsonObject(text: string): JsonObject {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new TypeError('a JSON object was expected in this column');
  return value;
}

/** A timestamptz as RFC 3339 in UTC. */
export function instant(value: Date): string {
  return value.toISOString();
}

export function instantOrNull(value: Date | null): string | null {
  return value === null ? null : value.toISOString();
}
