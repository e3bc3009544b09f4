import { fieldOf, type ObjectTypeRow } from '@diode/catalogue';
import type { JsonObject } from '@diode/protocol';
import type { Knowing } from './matcher-key.js';

/** What an object in normal form says to a matcher. */
export function knownOf(row: ObjectTypeRow, data: JsonObject): Knowing {
  return (name) => {
    const value = data[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
      return value;
    if (value !== undefined || fieldOf(row, name)?.kind !== 'generic_reference') return undefined;
    const type = data[`${name}_type`];
    const id = data[`${name}_id`];
    if (type === undefined && id === undefined) return undefined;
    return typeof type === 'string' && typeof id === 'number' ? { type, id } : null;
  };
}
