import type { JsonValue } from '@diode/protocol';

/** A value in NetBox's own form, or why it cannot be brought there. */
export type Normalized =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'invalid'; readonly detail: string; readonly remedy: string };

export const normal = (value: JsonValue): Normalized => ({ kind: 'value', value });
export const invalid = (detail: string, remedy: string): Normalized => ({ kind: 'invalid', detail, remedy });

/** A value as it is shown in a sentence: short, on one line. */
export function excerpt(value: JsonValue): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
