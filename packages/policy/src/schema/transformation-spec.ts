import type { JsonValue } from '@diode/protocol';
import { key, mapOf, object, oneOrMore } from '../read/collections.js';
import { mistake, type Placed, placed, type ReadContext, type Reader } from '../read/reader.js';
import { anyText, json, jsonOf, oneOf, text } from '../read/scalars.js';
import type { Located } from '../yaml/located.js';
import { type Pattern, pattern } from './pattern.js';

/** One step of a value's way, as a file says it. */
export type TransformationSpec =
  | { readonly type: 'uppercase' | 'lowercase' | 'trim_whitespace' }
  | { readonly type: 'replace'; readonly pattern: Pattern; readonly replacement: string }
  | { readonly type: 'lookup'; readonly mapping: ReadonlyMap<string, JsonValue> }
  | { readonly type: 'default'; readonly value: JsonValue }
  | { readonly type: 'format'; readonly format: 'iso8601' };

export const TRANSFORMATION_TYPES = [
  'uppercase',
  'lowercase',
  'trim_whitespace',
  'replace',
  'lookup',
  'default',
  'format',
] as const;
const PLAIN = ['uppercase', 'lowercase', 'trim_whitespace'] as const;

const typeKey = key(
  `What is done: ${TRANSFORMATION_TYPES.map((type) => `\`${type}\``).join(', ')}.`,
  oneOf(TRANSFORMATION_TYPES),
);

const lookupValue: Reader<JsonValue> = {
  keys: () => [],
  read: (node, at, context) =>
    node.kind === 'scalar'
      ? jsonOf(node)
      : mistake(context, node.at, at, 'must be text, a number, true, false or null'),
};

const ALL = {
  type: { ...typeKey, required: true },
  pattern: key('Of `replace`: what is replaced, wherever it occurs.', pattern()),
  replacement: key('Of `replace`: what stands there instead; `$1` is the first group.', anyText()),
  mapping: key(
    'Of `lookup`: value → value. A value without a match is kept.',
    mapOf(lookupValue, { placeholder: 'value' }),
  ),
  value: key('Of `default`: given to an object that is created while nobody said; claims nothing.', json()),
  format: key('Of `format`: `iso8601`, a moment in UTC.', oneOf(['iso8601'])),
};

const BY_TYPE = {
  uppercase: object({ type: ALL.type }),
  lowercase: object({ type: ALL.type }),
  trim_whitespace: object({ type: ALL.type }),
  replace: object({
    type: ALL.type,
    pattern: { ...ALL.pattern, required: true },
    replacement: { ...ALL.replacement, required: true },
  }),
  lookup: object({ type: ALL.type, mapping: { ...ALL.mapping, required: true } }),
  default: object({ type: ALL.type, value: { ...ALL.value, required: true } }),
  format: object({ type: ALL.type, format: { ...ALL.format, required: true } }),
};

/** `"uppercase"`, or `{type: replace, …}`; one or a list of them. */
export function transformationSpecs(): Reader<readonly Placed<TransformationSpec>[]> {
  return oneOrMore(placed({ keys: object(ALL).keys, read: readSpec }));
}

function readSpec(node: Located, at: string, context: ReadContext): TransformationSpec | undefined {
  if (node.kind !== 'map') return readShort(node, at, context);
  const type = node.entries.get('type');
  if (type === undefined)
    return mistake(
      context,
      node.at,
      at,
      'lacks the key "type"',
      `write type: and one of ${TRANSFORMATION_TYPES.join(', ')}`,
    );
  const kind = typeKey.reader.read(type.value, `${at}.type`, context);
  switch (kind) {
    case undefined:
      return undefined;
    case 'uppercase':
    case 'lowercase':
    case 'trim_whitespace':
      return BY_TYPE[kind].read(node, at, context) === undefined ? undefined : { type: kind };
    case 'replace': {
      const read = BY_TYPE.replace.read(node, at, context);
      if (read?.pattern === undefined || read.replacement === undefined) return undefined;
      return { type: 'replace', pattern: read.pattern, replacement: read.replacement };
    }
    case 'lookup': {
      const read = BY_TYPE.lookup.read(node, at, context);
      return read?.mapping === undefined ? undefined : { type: 'lookup', mapping: read.mapping };
    }
    case 'default': {
      const read = BY_TYPE.default.read(node, at, context);
      return read?.value === undefined ? undefined : { type: 'default', value: read.value };
    }
    case 'format': {
      const read = BY_TYPE.format.read(node, at, context);
      return read?.format === undefined ? undefined : { type: 'format', format: read.format };
    }
  }
}

function readShort(node: Located, at: string, context: ReadContext): TransformationSpec | undefined {
  const word = text().read(node, at, context);
  if (word === undefined) return undefined;
  if (word === 'replace' || word === 'lookup' || word === 'default' || word === 'format') {
    return mistake(context, node.at, at, `"${word}" needs more than its name`, `write it as {type: ${word}, …}`);
  }
  const type = oneOf(PLAIN).read(node, at, context);
  return type === undefined ? undefined : { type };
}
