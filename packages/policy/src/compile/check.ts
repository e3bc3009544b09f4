import type { Check, Origin } from '@diode/engine';
import type { JsonValue } from '@diode/protocol';
import type { RuleSpec } from '../schema/rule-spec.js';

/** A rule as the function the engine calls; null for `required`, which binds creates and is the planner's to check. */
export function compileCheck(field: string, rule: RuleSpec, origin: Origin): Check | null {
  switch (rule.type) {
    case 'required':
      return null;
    case 'pattern': {
      const { pattern } = rule;
      return {
        field,
        origin,
        code: 'pattern',
        remedy: `Send a ${field} that matches ${pattern.source}.`,
        test(value) {
          if (typeof value === 'object') return `The value is no text, and must match ${pattern.source}`;
          const text = String(value);
          return pattern.test(text) ? null : `${excerpt(text)} does not match ${pattern.source}`;
        },
      };
    }
    case 'range': {
      const words = describeRange(rule.min, rule.max);
      return {
        field,
        origin,
        code: 'range',
        remedy: `Send a number ${words}.`,
        test(value) {
          const number = numberOf(value);
          if (number === null)
            return `${typeof value === 'object' ? 'The value' : excerpt(String(value))} is no number`;
          const inside = (rule.min === null || number >= rule.min) && (rule.max === null || number <= rule.max);
          return inside ? null : `${number} is not ${words}`;
        },
      };
    }
  }
}

/** What the rule demands, for people. */
export function describeCheck(rule: RuleSpec): string {
  switch (rule.type) {
    case 'required':
      return 'needed to create';
    case 'pattern':
      return `matches ${rule.pattern.source}`;
    case 'range':
      return describeRange(rule.min, rule.max);
  }
}

function describeRange(min: number | null, max: number | null): string {
  if (min === null) return `at most ${max ?? ''}`;
  return max === null ? `at least ${min}` : `from ${min} to ${max}`;
}

function numberOf(value: JsonValue): number | null {
  if (typeof value === 'number') return value;
  // NetBox takes "100" for 100, so the check does.
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
}

function excerpt(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
