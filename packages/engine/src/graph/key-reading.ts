import type { FieldRow, ObjectTypeRow } from '@diode/catalogue';

/** How a key of an object is read. */
export interface KeyReading {
  readonly field: FieldRow;
  /** Half of a generic reference, `scope_type`. */
  readonly isPart: boolean;
  /** A built-in name of a field, `mgmt_ip`. */
  readonly isAlias: boolean;
}

const readings = new WeakMap<ObjectTypeRow, ReadonlyMap<string, KeyReading>>();

/** undefined for a key the type does not have. Worked out once for each type. */
export function readKey(row: ObjectTypeRow, key: string): KeyReading | undefined {
  let known = readings.get(row);
  if (known === undefined) {
    known = readingsOf(row);
    readings.set(row, known);
  }
  return known.get(key);
}

function readingsOf(row: ObjectTypeRow): ReadonlyMap<string, KeyReading> {
  const map = new Map<string, KeyReading>();
  for (const field of row.fields) {
    map.set(field.name, { field, isPart: false, isAlias: false });
    if (field.kind !== 'generic_reference') continue;
    for (const half of ['type', 'id']) map.set(`${field.name}_${half}`, { field, isPart: true, isAlias: false });
  }
  for (const [alias, name] of Object.entries(row.aliases ?? {})) {
    const field = row.fields.find((one) => one.name === name);
    if (field !== undefined && !map.has(alias)) map.set(alias, { field, isPart: false, isAlias: true });
  }
  return map;
}
