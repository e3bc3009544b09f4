import { normaliseMac } from '../network/address.js';
import type { Json } from '../tables/table-shapes.js';

/** A value of a query parameter, read; or NetBox's words for what is wrong with it. */
export type Read = { readonly value: Json } | { readonly error: string } | { readonly nothing: true };

const isInteger = /^\s*[+-]?\d+(\.0*)?\s*$/;
const isNumber = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;

export function readInteger(text: string): Read {
  return isInteger.test(text) ? { value: Number.parseInt(text, 10) } : { error: 'Enter a whole number.' };
}

export function readNumber(text: string): Read {
  return isNumber.test(text) ? { value: Number(text) } : { error: 'Enter a number.' };
}

export function readDateTime(text: string): Read {
  const value = toTimestamp(text);
  return value === null ? { error: 'Enter a valid date/time.' } : { value };
}

export function readDate(text: string): Read {
  return /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? { value: text.trim() } : { error: 'Enter a valid date.' };
}

export const readText = (text: string): Read => ({ value: text });

export function readMac(text: string): Read {
  const value = normaliseMac(text);
  return value === null ? { nothing: true } : { value };
}

/** A point in time as the stand-in stores it: UTC, six decimals, so that text order is time order. */
export function toTimestamp(text: string): string | null {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(
      text.trim(),
    );
  if (!match) return null;
  const [, day, minute = '00:00', second = '00', fraction = '', zone = 'Z'] = match;
  const offset = /^z$/i.test(zone) ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const whole = new Date(`${day}T${minute}:${second}${offset}`);
  if (Number.isNaN(whole.getTime())) return null;
  return `${whole.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`;
}
