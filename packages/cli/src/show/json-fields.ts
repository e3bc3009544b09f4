import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';

/** Fields of an answer, read without trust: what is not there or of another kind is empty. */
export function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function num(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

export function str(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
