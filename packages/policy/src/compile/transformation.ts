import { type Transformation, toIso8601 } from '@diode/engine';
import type { JsonValue } from '@diode/protocol';
import type { Placed } from '../read/reader.js';
import type { TransformationSpec } from '../schema/transformation-spec.js';

/** A spec as the function the engine calls; null for a default, which is no change of a value. */
export function compileTransformation(field: string, spec: Placed<TransformationSpec>): Transformation | null {
  const apply = functionOf(spec.value);
  return apply === null ? null : { field, apply, origin: spec.origin };
}

function functionOf(spec: TransformationSpec): ((value: JsonValue) => JsonValue) | null {
  switch (spec.type) {
    case 'uppercase':
      return onText((text) => text.toUpperCase());
    case 'lowercase':
      return onText((text) => text.toLowerCase());
    case 'trim_whitespace':
      return onText((text) => text.trim());
    case 'replace': {
      const { pattern, replacement } = spec;
      return onText((text) => pattern.replaceAll(text, replacement));
    }
    case 'lookup': {
      const { mapping } = spec;
      return (value) => {
        if (typeof value === 'object') return value;
        const found = mapping.get(String(value));
        return found === undefined ? value : found;
      };
    }
    case 'format':
      return (value) => toIso8601(value) ?? value;
    case 'default':
      return null;
  }
}

function onText(change: (text: string) => string): (value: JsonValue) => JsonValue {
  return (value) => (typeof value === 'string' ? change(value) : value);
}

/** What the transformation does, for people. */
export function describeTransformation(spec: TransformationSpec): string {
  switch (spec.type) {
    case 'uppercase':
    case 'lowercase':
    case 'trim_whitespace':
      return spec.type;
    case 'replace':
      return `replace ${spec.pattern.source} by "${spec.replacement}"`;
    case 'lookup':
      return `lookup of ${spec.mapping.size} values`;
    case 'format':
      return `format ${spec.format}`;
    case 'default':
      return `default ${JSON.stringify(spec.value)} when created`;
  }
}
