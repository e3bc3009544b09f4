import { didYouMean } from '@diode/engine';
import { key, listOf, object } from '../read/collections.js';
import { kindOf, mistake, type Placed, placed, type ReadContext, type Reader } from '../read/reader.js';
import { boolean, number, oneOf } from '../read/scalars.js';
import type { Located } from '../yaml/located.js';
import { type Pattern, pattern } from './pattern.js';

/** What a value must be. */
export type RuleSpec =
  | { readonly type: 'required' }
  | { readonly type: 'pattern'; readonly pattern: Pattern }
  | { readonly type: 'range'; readonly min: number | null; readonly max: number | null };

export interface FieldRule {
  readonly field: string;
  readonly rules: readonly RuleSpec[];
}

/** `[lo, hi]`, both included. */
const range: Reader<readonly [number, number]> = {
  keys: () => [],
  read(node, at, context) {
    if (node.kind !== 'list' || node.items.length !== 2) {
      return mistake(context, node.at, at, `must be two numbers, and is ${kindOf(node)}`, 'write [1, 4094]');
    }
    const [low, high] = node.items.map((item, index) => number().read(item, `${at}[${index}]`, context));
    if (low === undefined || high === undefined) return undefined;
    return ordered(node, at, context, low, high) ? [low, high] : undefined;
  },
};

/** Entries of `validation_rules`: a field and one or more of pattern, regex, range, required. */
export function fieldRules(field: Reader<string>): Reader<readonly Placed<FieldRule>[]> {
  const entry = object({
    field: { ...key('The field the rule is about.', field), required: true },
    pattern: key('The value must match. Anchor with ^ and $ to mean all of it.', pattern()),
    regex: key('The same as `pattern`.', pattern()),
    range: key('`[lowest, highest]`, both allowed.', range),
    required: key('An object of this type is not created without the field.', boolean()),
  });
  return listOf(
    placed({
      keys: entry.keys,
      read(node, at, context) {
        const read = entry.read(node, at, context);
        if (read === undefined || read.field === undefined) return undefined;
        const rules: RuleSpec[] = [];
        if (read.required === true) rules.push({ type: 'required' });
        for (const one of [read.pattern, read.regex])
          if (one !== undefined) rules.push({ type: 'pattern', pattern: one });
        if (read.range !== undefined) rules.push({ type: 'range', min: read.range[0], max: read.range[1] });
        const written = node.kind === 'map' ? node.entries.size : 0;
        if (written < 2)
          return mistake(context, node.at, at, 'says nothing about the field', 'add pattern, regex, range or required');
        return { field: read.field, rules };
      },
    }),
  );
}

const RULE_TYPES = ['range', 'regex', 'pattern', 'required'] as const;
const typed = {
  type: { ...key('`range`, `regex`, `pattern` or `required`.', oneOf(RULE_TYPES)), required: true },
  pattern: key('Of `regex` and `pattern`: what the value must match.', pattern()),
  min: key('Of `range`: the lowest value allowed.', number()),
  max: key('Of `range`: the highest value allowed.', number()),
};
const TYPED = {
  range: object({ type: typed.type, min: typed.min, max: typed.max }),
  regex: object({ type: typed.type, pattern: { ...typed.pattern, required: true } }),
  required: object({ type: typed.type }),
};

/** Entries of `validation`: `{type: range, min, max}` and so on, a list for each field. */
export function typedRules(): Reader<readonly Placed<RuleSpec>[]> {
  return listOf(placed({ keys: object(typed).keys, read: readTyped }));
}

function readTyped(node: Located, at: string, context: ReadContext): RuleSpec | undefined {
  const type = node.kind === 'map' ? node.entries.get('type') : undefined;
  if (type === undefined) {
    const word = node.kind === 'scalar' && typeof node.value === 'string' ? didYouMean(node.value, RULE_TYPES) : null;
    return mistake(
      context,
      node.at,
      at,
      'must be a map with the key "type"',
      word ?? `write {type: range, min: 1, max: 10}`,
    );
  }
  const kind = typed.type.reader.read(type.value, `${at}.type`, context);
  switch (kind) {
    case undefined:
      return undefined;
    case 'required':
      return TYPED.required.read(node, at, context) === undefined ? undefined : { type: 'required' };
    case 'regex':
    case 'pattern': {
      const read = TYPED.regex.read(node, at, context);
      return read?.pattern === undefined ? undefined : { type: 'pattern', pattern: read.pattern };
    }
    case 'range': {
      const read = TYPED.range.read(node, at, context);
      if (read === undefined) return undefined;
      const { min = null, max = null } = read;
      if (min === null && max === null) return mistake(context, node.at, at, 'a range needs min, max or both');
      return min !== null && max !== null && !ordered(node, at, context, min, max)
        ? undefined
        : { type: 'range', min, max };
    }
  }
}

function ordered(node: Located, at: string, context: ReadContext, low: number, high: number): boolean {
  if (low <= high) return true;
  mistake(context, node.at, at, `no value is at least ${low} and at most ${high}`, `did you mean ${high} to ${low}?`);
  return false;
}
