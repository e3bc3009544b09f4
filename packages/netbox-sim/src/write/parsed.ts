import type { Json } from '../tables/table-shapes.js';

/** A field's value as stored, or the errors NetBox gives for it. */
export type Parsed = { readonly value: Json } | { readonly errors: Json };

export const bad = (...words: string[]): Parsed => ({ errors: words });
