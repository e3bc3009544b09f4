import type { ObjectTypeRow } from '@diode/catalogue';
import type { Observed } from '@diode/engine';
import { DiodeError, type JsonObject } from '@diode/protocol';

/** How raw NetBox objects become what the engine knows; the catalogue and the engine provide it. */
export interface ObjectTypes {
  readonly rowOf: (objectType: string) => ObjectTypeRow | undefined;
  /** A REST object in normal form. */
  readonly observe: (row: ObjectTypeRow, raw: JsonObject) => Observed;
  /** Keys of every look-up this object answers. */
  readonly lookupKeys: (observed: Observed) => readonly string[];
}

/** Throws `unsupported_object_type` for a type the catalogue does not have. */
export function rowFor(types: ObjectTypes, objectType: string): ObjectTypeRow {
  const row = types.rowOf(objectType);
  if (row === undefined) {
    throw new DiodeError('unsupported_object_type', { detail: `the catalogue has no row for ${objectType}` });
  }
  return row;
}
