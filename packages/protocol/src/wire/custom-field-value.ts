import type { DescOneof } from '@bufbuild/protobuf';
import { isReflectList, isReflectMessage, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { JsonObject, JsonValue } from '../json.js';
import { modelKey, realNumber, wholeNumber } from './scalars.js';
import { instantOf } from './time.js';

/** How the message of an object is read; handed in, because objects hold custom fields that hold objects. */
type ReadObject = (fields: ReflectMessage) => JsonObject | null;

/** A `CustomFieldValue` as NetBox's REST takes it; `null` (clear) when no value is set. */
export function customFieldValue(fields: ReflectMessage, read: ReadObject): JsonValue {
  const chosen = oneofNamed(fields, 'value');
  const field = chosen && fields.oneofCase(chosen);
  if (field !== undefined) return chosenValue(field.name, fields.get(field), read);
  const lists = fields.fields.filter((f) => f.fieldKind === 'list' && fields.isSet(f));
  const [list] = lists;
  const items = list === undefined ? undefined : fields.get(list);
  if (!isReflectList(items)) return null;
  return [...items].map((item) => (isReflectMessage(item) ? objectReference(item, read) : String(item)));
}

function chosenValue(kind: string, value: unknown, read: ReadObject): JsonValue {
  if (isReflectMessage(value)) {
    if (kind === 'date') return instantOf(value)?.slice(0, 10) ?? null;
    return kind === 'datetime' ? instantOf(value) : objectReference(value, read);
  }
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value === 'number') return realNumber(value);
  if (typeof value === 'boolean') return value;
  const text = String(value);
  return kind === 'json' ? parsed(text) : text;
}

/** `{"site": {…}}`: the member says which model is meant. */
function objectReference(fields: ReflectMessage, read: ReadObject): JsonValue {
  const chosen = oneofNamed(fields, 'object');
  const field = chosen && fields.oneofCase(chosen);
  const value = field === undefined ? undefined : fields.get(field);
  if (field === undefined || !isReflectMessage(value)) return null;
  const data = read(value);
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

function oneofNamed(fields: ReflectMessage, name: string): DescOneof | undefined {
  return fields.oneofs.find((oneof) => oneof.name === name);
}
