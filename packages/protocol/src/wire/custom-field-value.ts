import type { DescMessage } from '@bufbuild/protobuf';
import type { JsonObject, JsonValue } from '../json.js';
import { chosen, isRaw, type RawMessage } from './raw-message.js';
import { modelKey, scalar } from './scalars.js';
import { calendarDate, instantOf } from './time.js';

/** How the message of an object is read; handed in, because objects hold custom fields that hold objects. */
type ReadObject = (desc: DescMessage, value: unknown) => JsonObject | null;

/** A `CustomFieldValue` as NetBox's REST takes it; `null` (clear) when no value is set. */
export function customFieldValue(desc: DescMessage, message: RawMessage, read: ReadObject): JsonValue {
  const reference = (value: unknown): JsonValue => objectReference(desc, value, read);
  const choice = chosen(message.value);
  if (choice !== null) return chosenValue(choice.member, choice.value, reference);
  const { multipleSelection, multipleObjects } = message;
  if (Array.isArray(multipleSelection) && multipleSelection.length > 0) return multipleSelection.map(scalar);
  return Array.isArray(multipleObjects) && multipleObjects.length > 0 ? multipleObjects.map(reference) : null;
}

function chosenValue(kind: string, value: unknown, reference: (value: unknown) => JsonValue): JsonValue {
  switch (kind) {
    case 'object':
      return reference(value);
    case 'date':
      return calendarDate(value);
    case 'datetime':
      return instantOf(value);
    case 'json':
      return parsed(String(value));
    default:
      return scalar(value);
  }
}

/** A `CustomFieldObjectReference` as `{"site": {…}}`: the member says which model is meant. */
function objectReference(valueDesc: DescMessage, value: unknown, read: ReadObject): JsonValue {
  const desc = valueDesc.field.object?.message;
  const choice = isRaw(value) ? chosen(value.object) : null;
  const field = choice === null ? undefined : desc?.field[choice.member];
  if (choice === null || field?.message === undefined) return null;
  const data = read(field.message, choice.value);
  return data === null ? null : { [modelKey(field.name)]: data };
}

/** A `json` custom field travels as text; what is no JSON stays text, so that NetBox's answer names it. */
function parsed(text: string): JsonValue {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
