import { isJsonObject, type JsonValue } from '@diode/protocol';
import { own } from './own.js';
import type { LabelOf } from './program.js';

/**
 * Changes what a rule about a field is about: the value itself; of a reference its label, be it given as text or in an
 * object; of a list each element (a list in a list stays). `null` stays: it clears (I7).
 */
export function mapLabel(value: JsonValue, label: LabelOf | null, change: (value: JsonValue) => JsonValue): JsonValue {
  if (!isList(value)) return mapOne(value, label, change);
  const changed = value.map((item) => (isList(item) ? item : mapOne(item, label, change)));
  return changed.some((item, index) => item !== value[index]) ? changed : value;
}

/** The first complaint a test has about what a rule about a field is about; null when it has none. */
export function testLabel(
  value: JsonValue,
  label: LabelOf | null,
  test: (value: JsonValue) => string | null,
): string | null {
  if (!isList(value)) return testOne(value, label, test);
  for (const item of value) {
    const complaint = isList(item) ? null : testOne(item, label, test);
    if (complaint !== null) return complaint;
  }
  return null;
}

function mapOne(value: JsonValue, label: LabelOf | null, change: (value: JsonValue) => JsonValue): JsonValue {
  if (value === null) return null;
  if (label === null || !isJsonObject(value)) return change(value);
  const name = label(value);
  const before = name === null ? undefined : own(value, name);
  if (name === null || before === undefined || before === null) return value;
  const after = change(before);
  return after === before ? value : { ...value, [name]: after };
}

function testOne(value: JsonValue, label: LabelOf | null, test: (value: JsonValue) => string | null): string | null {
  if (value === null) return null;
  if (label === null || !isJsonObject(value)) return test(value);
  const name = label(value);
  const text = name === null ? undefined : own(value, name);
  return text === undefined || text === null ? null : test(text);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
