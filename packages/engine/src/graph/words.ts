import type { ObjectTypeRow } from '@diode/catalogue';

/** What people call the type: `device type`. */
export function typeWord(row: ObjectTypeRow): string {
  const words = row.collection.replaceAll('-', ' ');
  return words
    .replace(/sses$/, 'ss')
    .replace(/xes$/, 'x')
    .replace(/(?<!s)s$/, '');
}

/** One space between words, none around. */
export function tidy(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}
