import type { FieldRow } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';
import { excerpt, invalid, type Normalized, normal } from './normalized.js';

const SLUG = /^[-a-zA-Z0-9_]+$/;

/** NetBox trims text (facts/netbox.md §5.4); numbers are taken as their digits. */
export function normalizeText(field: FieldRow, value: JsonValue): Normalized {
  if (typeof value !== 'string' && typeof value !== 'number')
    return invalid(`${excerpt(value)} is not text`, 'Send a string.');
  const trimmed = String(value).trim();
  const lowered = field.lower === true ? trimmed.toLowerCase() : trimmed;
  // A letter with its accent is one letter, however the source spells it: two such names look the same.
  const text = field.color === true ? lowered.replace(/^#/, '') : isAscii(lowered) ? lowered : lowered.normalize('NFC');
  if (text.includes('\u0000')) return invalid('a NUL character, which NetBox refuses', 'Leave the character out.');
  if (!isAscii(text) && !text.isWellFormed())
    return invalid(
      'half of a surrogate pair, which is no character',
      'Send whole characters; NetBox stores nothing else.',
    );
  if (text === '' && field.kind === 'nullable_text') return normal(null);
  if (text === '' && !mayBeBlank(field)) return invalid('may not be blank', 'Send a value.');
  if (field.color === true && text !== '' && !/^[0-9a-f]{6}$/.test(text))
    return invalid(`${excerpt(value)} is no colour`, 'Send six hexadecimal digits: 9e9e9e.');
  if (field.maxLength !== undefined && [...text].length > field.maxLength) {
    return invalid(`longer than the ${field.maxLength} characters NetBox takes`, 'Send a shorter one.');
  }
  if (field.kind === 'slug' && !isSlug(text)) {
    return invalid(`${excerpt(text)} is no slug`, 'Send letters, digits, hyphens and underscores only.');
  }
  return normal(text);
}

/** A text NetBox fills in itself (a colour) is as little blank as one it demands. */
export function mayBeBlank(field: FieldRow): boolean {
  return field.required !== true && (field.netboxDefault ?? '') === '';
}

function isAscii(text: string): boolean {
  return !/[^\x20-\x7e]/.test(text);
}

export function isSlug(text: string): boolean {
  return SLUG.test(text);
}

/**
 * NetBox's slug of a name: what its forms and Django's `slugify` make of it. A name without a Latin letter or digit has no such slug: its code points
 * stand in, so that two such names do not share one.
 */
export function slugify(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e\s]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9_\s-]/g, '')
    .trim()
    .replace(/[\s-]+/g, '-')
    .slice(0, MOST_SLUG)
    .replace(/^[-_]+|[-_]+$/g, '');
  return slug === '' ? codePoints(name) : slug;
}

const MOST_SLUG = 100;

function codePoints(name: string): string {
  return `u${[...name.trim()].map((letter) => letter.codePointAt(0)?.toString(16) ?? '').join('-')}`.slice(
    0,
    MOST_SLUG,
  );
}
