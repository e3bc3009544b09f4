import { isNetwork } from '@diode/limits';
import { z } from 'zod';
import { readLogLevel } from '../logger.js';

/** One environment variable: its name, how it is read, and how `.env.example` explains it. */
export interface Setting<T> {
  readonly env: string;
  /** Reads the text of the variable, or undefined when it is unset or empty. */
  readonly schema: z.ZodType<T, string | undefined>;
  /** May also be given as `NAME_FILE`; never printed. */
  readonly secret: boolean;
  readonly doc: string;
  /** The value `.env.example` shows, commented out unless `active`; empty for a secret. */
  readonly example: string;
  /** `.env.example` sets it: harmless wherever the file is copied to. */
  readonly active: boolean;
}

interface Words {
  readonly doc: string;
  readonly example?: string;
  readonly active?: boolean;
}

/** A setting with its own reading. */
export function setting<T>(env: string, schema: z.ZodType<T, string | undefined>, words: Words): Setting<T> {
  return { env, schema, secret: false, doc: words.doc, example: words.example ?? '', active: words.active ?? false };
}

/** A secret: also read from the file `NAME_FILE` names. null when unset. */
export function secret(env: string, words: Words): Setting<string | null> {
  return { ...setting(env, text(null), words), secret: true };
}

/** Text, or the fallback. */
export function text<F extends string | null>(fallback: F): z.ZodType<string | F, string | undefined> {
  return z
    .string()
    .optional()
    .transform((value) => value ?? fallback);
}

/** A TCP port, 0 = any free one; null = unset. */
export function port<F extends number | null>(fallback: F): z.ZodType<number | F, string | undefined> {
  return whole({ fallback, min: 0, max: 65_535, what: 'a port from 0 to 65535' });
}

/** A whole number within bounds, or the fallback. */
export function whole<F extends number | null>(o: {
  fallback: F;
  min: number;
  max: number;
  what?: string;
}): z.ZodType<number | F, string | undefined> {
  const message = `is ${o.what ?? `a whole number from ${o.min} to ${o.max}`}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .optional()
    .transform((value): number | F => (value === undefined ? o.fallback : Number(value)))
    .refine((n) => n === o.fallback || (n !== null && n >= o.min && n <= o.max), message);
}

/** `1`, `true`, `yes`, `on` and their opposites, in any case. */
export function flag(fallback: boolean): z.ZodType<boolean, string | undefined> {
  return z
    .string()
    .regex(/^(1|0|true|false|yes|no|on|off)$/i, 'is 1 or 0')
    .optional()
    .transform((value) => (value === undefined ? fallback : /^(1|true|yes|on)$/i.test(value)));
}

/** One of a few words, in any case. */
export function oneOf<const W extends string>(words: readonly W[], fallback: W): z.ZodType<W, string | undefined> {
  return z
    .string()
    .optional()
    .transform((value, ctx) => {
      const found = value === undefined ? fallback : words.find((w) => w === value.toLowerCase());
      if (found !== undefined) return found;
      ctx.addIssue(`is one of ${words.join(', ')}`);
      return z.NEVER;
    });
}

/** An absolute URL with one of the protocols; null when unset. A trailing slash is dropped. */
export function url<F extends string | null>(
  protocols: readonly string[],
  fallback: F,
): z.ZodType<string | F, string | undefined> {
  return z
    .string()
    .optional()
    .transform((value, ctx) => {
      if (value === undefined) return fallback;
      if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/+$/, '');
      ctx.addIssue(`is a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`);
      return z.NEVER;
    });
}

/** A log level in any case (READING "Metrics"). */
export function logLevel(fallback: string): z.ZodType<string, string | undefined> {
  return z
    .string()
    .optional()
    .transform((value, ctx) => {
      const level = readLogLevel(value ?? fallback);
      if (level !== null) return level;
      ctx.addIssue('is trace, debug, info, warn, error, fatal or silent');
      return z.NEVER;
    });
}

/** Addresses and networks (CIDRs), separated by commas; none when unset. */
export function networks(): z.ZodType<readonly string[], string | undefined> {
  return z
    .string()
    .optional()
    .transform((value, ctx) => {
      const texts = (value ?? '').split(',').map((text) => text.trim());
      const given = texts.filter((text) => text !== '');
      if (given.every(isNetwork)) return given;
      ctx.addIssue('is a list of addresses and networks (192.0.2.1, 10.0.0.0/8, ::1) separated by commas');
      return z.NEVER;
    });
}
