import type { ObjectTypeRow } from '@diode/catalogue';
import { didYouMean } from '@diode/engine';
import { type Reader, refine } from '../read/reader.js';
import { text } from '../read/scalars.js';

/** Fields NetBox keeps itself. Nobody writes them, so only `exclude_fields` may name them. */
const READ_ONLY = ['id', 'url', 'display', 'created', 'last_updated'] as const;

/** NetBox's own rule for names of custom fields. */
const CUSTOM_FIELD_NAME = /^[A-Za-z0-9]+(_[A-Za-z0-9]+)*_?$/;

interface Wrong {
  readonly message: string;
  readonly suggestion: string | null;
}

/** What is wrong with a field's name, or null. `custom_fields.<name>` is a field too. `row` null takes any name. */
export function wrongFieldName(
  name: string,
  row: ObjectTypeRow | null,
  options: { readOnly?: boolean } = {},
): Wrong | null {
  if (row === null) return null;
  if (name.startsWith('custom_fields.')) return wrongCustomFieldName(name.slice('custom_fields.'.length));
  const known = fieldNames(row);
  if (known.includes(name)) return null;
  if ((READ_ONLY as readonly string[]).includes(name)) {
    return options.readOnly === true
      ? null
      : { message: `NetBox keeps "${name}" itself; nobody can write it`, suggestion: null };
  }
  const near = didYouMean(name, known);
  return {
    message: `${row.collection} have no field "${name}"`,
    suggestion: near ?? `for a custom field write custom_fields.${name}`,
  };
}

/** What is wrong with a custom field's name, or null. */
export function wrongCustomFieldName(name: string): Wrong | null {
  if (CUSTOM_FIELD_NAME.test(name) && name.length <= 50) return null;
  return {
    message: `"${name}" cannot name a custom field`,
    suggestion: 'use letters, digits and single underscores, at most 50',
  };
}

/** A field of the type, by NetBox's name. */
export function fieldName(row: ObjectTypeRow | null, options: { readOnly?: boolean } = {}): Reader<string> {
  return refine(text(), (name) => wrongFieldName(name, row, options));
}

export function customFieldName(): Reader<string> {
  return refine(text(), wrongCustomFieldName);
}

function fieldNames(row: ObjectTypeRow): readonly string[] {
  return row.fields.flatMap((field) =>
    field.kind === 'generic_reference' ? [field.name, `${field.name}_type`, `${field.name}_id`] : [field.name],
  );
}
