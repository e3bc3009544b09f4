import { type FieldRow, fieldOf, type ObjectTypeRow } from '@diode/catalogue';
import { observe } from '@diode/engine';
import { pagesOf, type Transport } from '@diode/netbox';
import type { JsonObject } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';
import { identityOf, partsOf, type References, wantedOf } from './references.js';
import { type Exported, toEntity } from './to-entity.js';

/**
 * Which fields: all; all but those that point back (`primary_ip4`), because what they name is exported later; or for each object that has any of
 * those, just what it is known by and them.
 */
export type Part = 'whole' | 'early' | 'late';

/** Has it fields that point back? */
export function hasLateFields(row: ObjectTypeRow): boolean {
  return row.fields.some((field) => field.late === true);
}

/** Every object of a type, by id, as an import takes it. @throws CliError */
export async function* readCollection(o: {
  transport: Transport;
  references: References;
  row: ObjectTypeRow;
  part: Part;
  signal?: AbortSignal;
}): AsyncGenerator<Exported> {
  const { row, part } = o;
  const query = `fields=${['id', ...row.fields.flatMap((field) => partsOf(row, field.name))].join(',')}`;
  for await (const page of pagesOf(o.transport, row.endpoint, query, o.signal)) {
    if (page === null) throw new CliError(EXIT.attention, `NetBox does not list ${row.endpoint} as it should.`);
    const read = page
      .map((raw) => ({ raw, observed: observe(row, raw).data }))
      .map((one) => ({ ...one, fields: fieldsOf(row, part, one.observed) }))
      .filter(({ fields }) => fields.length > 0);
    await o.references.fetch(
      read.flatMap(({ observed, fields }) => fields.flatMap((field) => wantedOf(row, field.name, observed))),
    );
    for (const one of read) yield toEntity({ ...one, row, references: o.references });
  }
}

function fieldsOf(row: ObjectTypeRow, part: Part, observed: JsonObject): readonly FieldRow[] {
  if (part === 'whole') return row.fields;
  if (part === 'early') return row.fields.filter((field) => field.late !== true);
  const late = row.fields.filter((field) => field.late === true && (observed[field.name] ?? null) !== null);
  if (late.length === 0) return [];
  const known = identityOf(row, observed).map((name) => fieldOf(row, name));
  return [...known.filter((field) => field !== undefined), ...late];
}
