import type { Json } from '../tables/table-shapes.js';

/** One stored object: columns by NetBox's model names, related objects by id. Never changed, only replaced. */
export interface Row {
  readonly id: number;
  readonly [column: string]: Json;
}

export const numberOf = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
export const idsOf = (value: Json | undefined): readonly number[] =>
  Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : [];
export const isRecord = (value: unknown): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
