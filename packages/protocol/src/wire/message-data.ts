import type { DescField, DescMessage, DescOneof } from '@bufbuild/protobuf';
import type { JsonObject, JsonValue } from '../json.js';
import { customFieldValue } from './custom-field-value.js';
import { LEFT_OUT, rewrite } from './netbox-names.js';
import { chosen, hasUnknown, isRaw, type RawMessage } from './raw-message.js';
import { isZero, modelKey, scalar } from './scalars.js';
import { calendarDate } from './time.js';

/** Reads one member of a message into the data. */
type Step = (message: RawMessage, data: Record<string, JsonValue>) => void;
type Read = (value: unknown) => JsonValue;

const compiled = new WeakMap<DescMessage, readonly Step[]>();

/**
 * A message of diode.v1 as NetBox's REST fields: what is absent on the wire is absent here, a present empty message is `null`
 * (clear), a present empty string is `""`, a member of a oneof is a generic reference keyed by model (facts: diode-wire
 * §2.10a; DESIGN "Shapes"). Nothing here knows an object type: names that differ are in `netbox-names.ts`.
 */
export function messageData(desc: DescMessage, message: RawMessage): JsonObject {
  const data: Record<string, JsonValue> = {};
  for (const step of stepsOf(desc)) step(message, data);
  return rewrite(desc.name, data);
}

/** A nested message: `null` when nothing at all is in it (clear), `{}` when only what Diode leaves out or does not know is. */
function nestedData(desc: DescMessage, value: unknown): JsonObject | null {
  if (!isRaw(value)) return null;
  const data = messageData(desc, value);
  if (Object.keys(data).length > 0) return data;
  return value.metadata === undefined && !hasUnknown(value) ? null : data;
}

function stepsOf(desc: DescMessage): readonly Step[] {
  let steps = compiled.get(desc);
  if (steps === undefined) {
    steps = desc.members.flatMap((member) => (member.kind === 'oneof' ? [oneofStep(member)] : fieldStep(member)));
    compiled.set(desc, steps);
  }
  return steps;
}

function fieldStep(field: DescField): Step[] {
  if (LEFT_OUT.has(field.name)) return [];
  const { name, localName } = field;
  const read = readerOf(field);
  const unset = absence(field);
  return [
    (message, data) => {
      const value = message[localName];
      if (value !== undefined && !unset(value)) data[name] = read(value);
    },
  ];
}

/** `assigned_object_interface` → `{assigned_object: {interface: …}}`. */
function oneofStep(oneof: DescOneof): Step {
  const { name, localName } = oneof;
  const members = new Map(
    oneof.fields.map((field) => [
      field.localName,
      { model: modelKey(field.name.replace(`${name}_`, '')), read: readerOf(field) },
    ]),
  );
  return (message, data) => {
    const choice = chosen(message[localName]);
    const member = choice === null ? undefined : members.get(choice.member);
    if (choice === null || member === undefined) return;
    const value = member.read(choice.value);
    data[name] = value === null ? null : { [member.model]: value };
  };
}

/** What counts as absent for a field: an empty list or map, and the zero of a scalar without presence. */
function absence(field: DescField): (value: unknown) => boolean {
  switch (field.fieldKind) {
    case 'list':
      return (value) => !Array.isArray(value) || value.length === 0;
    case 'map':
      return (value) => !isRaw(value) || Object.keys(value).length === 0;
    case 'scalar':
      return field.presence === IMPLICIT_PRESENCE ? isZero : never;
    default:
      return never;
  }
}

/** `google.protobuf.FeatureSet.FieldPresence.IMPLICIT`. */
const IMPLICIT_PRESENCE = 2;
const never = (): boolean => false;

function readerOf(field: DescField): Read {
  if (field.fieldKind === 'map') {
    const read: Read = field.mapKind === 'message' ? customField(field.message) : scalar;
    return (value) => (isRaw(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, read(v)])) : null);
  }
  if (field.fieldKind === 'list') {
    const read: Read = field.listKind === 'message' ? messageReader(field.message) : scalar;
    return (value) => (Array.isArray(value) ? value.map(read) : null);
  }
  return field.fieldKind === 'message' ? messageReader(field.message) : scalar;
}

function messageReader(desc: DescMessage): Read {
  return desc.typeName === 'google.protobuf.Timestamp' ? calendarDate : (value) => nestedData(desc, value);
}

/** The only maps of messages in diode.v1 hold custom fields. */
function customField(desc: DescMessage): Read {
  return (value) => (isRaw(value) ? customFieldValue(desc, value, nestedData) : null);
}
