import { allObjectTypes, type FieldRow, type ObjectTypeRow, objectType } from '@diode/catalogue';

let ranks: ReadonlyMap<string, number> | null = null;

/** Every type after those its objects refer to, sites before devices; what points back (`primary_ip4`) does not count. Worked out from the catalogue. */
export function inDependencyOrder(): readonly ObjectTypeRow[] {
  const done = new Set<ObjectTypeRow>();
  const met = new Set<ObjectTypeRow>();
  const visit = (row: ObjectTypeRow): void => {
    if (met.has(row)) return;
    met.add(row);
    for (const field of row.fields)
      for (const name of needs(field)) {
        const target = objectType(name);
        if (target !== undefined) visit(target);
      }
    done.add(row);
  };
  for (const row of allObjectTypes()) visit(row);
  return [...done];
}

/** The place of a type in that order; null for a type Diode does not write. */
export function rankOf(name: string): number | null {
  ranks ??= new Map(inDependencyOrder().map((row, i) => [row.name, i]));
  return ranks.get(name) ?? null;
}

function needs(field: FieldRow): readonly string[] {
  if (field.late === true) return [];
  return field.kind === 'custom_fields' ? ['extras.customfield'] : (field.to ?? []);
}
