import { didYouMean } from '@diode/engine';
import type { JsonValue } from '@diode/protocol';
import type { Located } from '../yaml/located.js';
import { kindOf, mistake, type Reader } from './reader.js';

const noKeys = (): readonly [] => [];

/** Text; a number or boolean written bare is not text, because YAML has already changed it (`007`, `1.10`). */
export function text(options: { readonly maxLength?: number } = {}): Reader<string> {
  const maxLength = options.maxLength ?? 1000;
  return {
    keys: noKeys,
    read(node, key, context) {
      if (node.kind !== 'scalar' || typeof node.value !== 'string') {
        const quoted =
          node.kind === 'scalar' && node.value !== null ? `write it in quotes: "${String(node.value)}"` : null;
        return mistake(context, node.at, key, `must be text, and is ${kindOf(node)}`, quoted);
      }
      if (node.value === '') return mistake(context, node.at, key, 'must not be empty');
      if (node.value.length > maxLength) return mistake(context, node.at, key, `longer than ${maxLength} characters`);
      return node.value;
    },
  };
}

/** Text that may be empty. */
export function anyText(): Reader<string> {
  return {
    keys: noKeys,
    read: (node, key, context) =>
      node.kind === 'scalar' && typeof node.value === 'string'
        ? node.value
        : mistake(context, node.at, key, `must be text, and is ${kindOf(node)}`),
  };
}

export function boolean(): Reader<boolean> {
  return {
    keys: noKeys,
    read(node, key, context) {
      if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
      const word = node.kind === 'scalar' ? String(node.value).toLowerCase() : '';
      const meant = ['yes', 'on', 'y', '1', 'true'].includes(word)
        ? 'write true'
        : ['no', 'off', 'n', '0', 'false'].includes(word)
          ? 'write false'
          : null;
      return mistake(context, node.at, key, `must be true or false, and is ${kindOf(node)}`, meant);
    },
  };
}

export function number(
  range: { readonly min?: number; readonly max?: number; readonly whole?: boolean } = {},
): Reader<number> {
  return {
    keys: noKeys,
    read(node, key, context) {
      if (node.kind !== 'scalar' || typeof node.value !== 'number') {
        const meant = node.kind === 'scalar' && typeof node.value === 'string' && /^-?\d+(\.\d+)?$/.test(node.value);
        return mistake(
          context,
          node.at,
          key,
          `must be a number, and is ${kindOf(node)}`,
          meant ? 'leave the quotes out' : null,
        );
      }
      const { value } = node;
      if (range.whole === true && !Number.isSafeInteger(value)) {
        return mistake(context, node.at, key, `must be a whole number, and is ${value}`);
      }
      if (range.min !== undefined && value < range.min)
        return mistake(context, node.at, key, `must be at least ${range.min}, and is ${value}`);
      if (range.max !== undefined && value > range.max)
        return mistake(context, node.at, key, `must be at most ${range.max}, and is ${value}`);
      return value;
    },
  };
}

export const whole = (min: number, max?: number): Reader<number> =>
  number(max === undefined ? { min, whole: true } : { min, max, whole: true });

export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return {
    keys: noKeys,
    read(node, key, context) {
      const found = node.kind === 'scalar' ? words.find((word) => word === node.value) : undefined;
      if (found !== undefined) return found;
      const near = node.kind === 'scalar' && typeof node.value === 'string' ? didYouMean(node.value, words) : null;
      return mistake(context, node.at, key, `must be one of ${words.join(', ')}, and is ${kindOf(node)}`, near);
    },
  };
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds: a number, or text such as `90s`, `15m`, `24h`, `7d`. */
export function duration(): Reader<number> {
  return {
    keys: noKeys,
    read(node, key, context) {
      if (node.kind === 'scalar' && typeof node.value === 'number' && node.value >= 0) return node.value;
      const match =
        node.kind === 'scalar' && typeof node.value === 'string' ? /^(\d{1,9})\s*([smhdw])$/.exec(node.value) : null;
      const unit = UNIT_SECONDS[match?.[2] ?? ''];
      if (match !== null && unit !== undefined) return Number(match[1]) * unit;
      return mistake(
        context,
        node.at,
        key,
        `must be a time, and is ${kindOf(node)}`,
        'write seconds as a number, or 90s, 15m, 24h, 7d',
      );
    },
  };
}

/** Any value JSON can say. */
export function json(): Reader<JsonValue> {
  return { keys: noKeys, read: (node) => jsonOf(node) };
}

export function jsonOf(node: Located): JsonValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(jsonOf);
    case 'map':
      // fromEntries defines own properties, so that `__proto__` stays a name.
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, jsonOf(entry.value)]));
  }
}
