import type { ObjectTypeRow } from '@diode/catalogue';
import type { Observed } from '@diode/engine';

/** NetBox's objects as an attempt met them: for the words of receipts, never for a decision. */
export interface SeenObjects {
  learn(objects: readonly Observed[]): void;
  has(objectType: string, id: number): boolean;
  ofType(objectType: string): readonly Observed[];
  /** How a person names it, `Catalyst 9300`; null when it was not met or has no name. */
  labelOf(objectType: string, id: number): string | null;
}

export function makeSeenObjects(rowOf: (objectType: string) => ObjectTypeRow | undefined): SeenObjects {
  const byType = new Map<string, Map<number, Observed>>();
  return {
    learn(objects) {
      for (const object of objects) {
        const known = byType.get(object.objectType) ?? new Map<number, Observed>();
        byType.set(object.objectType, known.set(object.id, object));
      }
    },
    has: (objectType, id) => byType.get(objectType)?.has(id) === true,
    ofType: (objectType) => [...(byType.get(objectType)?.values() ?? [])],
    labelOf(objectType, id) {
      const field = rowOf(objectType)?.labelField;
      const label = field === undefined ? null : byType.get(objectType)?.get(id)?.data[field];
      return typeof label === 'string' && label !== '' ? label : null;
    },
  };
}
