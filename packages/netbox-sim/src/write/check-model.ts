import type { Engine } from '../engine.js';
import { ruleFor } from '../rules/rules.js';
import { type Row, textOf } from '../store/row.js';
import type { TypeTable } from '../tables/table-shapes.js';
import { cleanCustomFields } from './custom-field-data.js';
import { type FieldErrors, ModelError, wrong, wrongObject } from './refusal.js';
import { uniqueErrors } from './unique.js';

/** Django's `full_clean`: the row as it would be saved, or everything its model says against it. */
export type Checked = { readonly row: Row } | { readonly errors: FieldErrors };

export function checkModel(engine: Engine, type: TypeTable, row: Row, before: Row | null): Checked {
  const errors = columnErrors(engine, type, row);
  let clean = row;
  try {
    clean = cleanModel(engine, type, row, before);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    errors[error.field] = [
      ...(Array.isArray(errors[error.field]) ? [errors[error.field]].flat() : []),
      error.words,
    ].flatMap((one) => one ?? []);
  }
  const unique = uniqueErrors(engine, type, clean, new Set(Object.keys(errors)));
  for (const [field, words] of Object.entries(unique)) {
    const held = errors[field];
    errors[field] = [...(Array.isArray(held) ? held : []), ...(Array.isArray(words) ? words : [])];
  }
  return Object.keys(errors).length > 0 ? { errors } : { row: clean };
}

const mandatory = new WeakMap<TypeTable, readonly string[]>();

/** Columns that may be neither null nor blank; REST sees to most, but not where `?fields=` kept it from reading them. */
function mandatoryColumns(type: TypeTable): readonly string[] {
  let columns = mandatory.get(type);
  if (!columns) {
    columns = Object.entries(type.columns)
      .filter(([name, column]) => !column.blank && !name.startsWith('_') && mandatoryKinds.has(column.kind))
      .map(([name]) => name);
    mandatory.set(type, columns);
  }
  return columns;
}

const mandatoryKinds = new Set(['CharField', 'SlugField', 'ForeignKey', 'OneToOneField', 'TextField', 'URLField']);

/** Field checks REST leaves to the model: what is missing, host bits of prefixes. */
function columnErrors(engine: Engine, type: TypeTable, row: Row): FieldErrors {
  const errors: FieldErrors = {};
  for (const column of mandatoryColumns(type)) {
    const value = row[column] ?? null;
    if (value === null && type.columns[column]?.null !== true) errors[column] = ['This field cannot be null.'];
    else if (value === '') errors[column] = ['This field cannot be blank.'];
  }
  for (const check of ruleFor(type.model).columns ?? []) {
    const words = check.test(engine, row);
    if (words !== null) errors[check.column] = [words];
  }
  return errors;
}

function cleanModel(engine: Engine, type: TypeTable, row: Row, before: Row | null): Row {
  if (type.traits.includes('CachedScopeMixin') && row.scope_type && !row.scope_id) {
    throw wrongObject(`Please select a ${textOf(row.scope_type).split('.')[1]}.`);
  }
  const clean = type.columns.custom_field_data ? cleanCustomFields(engine, type, row) : row;
  if (type.traits.includes('NetBoxModel')) checkGeneric(engine, type, clean);
  if (before && type.columns.parent?.to === type.model && type.traits.includes('NestedGroupModel'))
    checkParent(engine, type, clean);
  return ruleFor(type.model).clean?.({ engine, type, row: clean, before }) ?? clean;
}

function checkGeneric(engine: Engine, type: TypeTable, row: Row): void {
  for (const pair of type.generic) {
    const [model, id] = [row[pair.type] ?? null, row[pair.id] ?? null];
    if (model === null && id !== null) throw wrong(pair.type, 'This field cannot be null.');
    if (id === null && model !== null) throw wrong(pair.id, 'This field cannot be null.');
    if (model !== null && id !== null && !engine.row(textOf(model), id)) {
      throw wrong(pair.id, `Related object not found using the provided value: ${id}.`);
    }
  }
}

function checkParent(engine: Engine, type: TypeTable, row: Row): void {
  for (let at = engine.related(type, row, 'parent'); at; at = engine.related(type, at, 'parent')) {
    if (at.id === row.id) throw wrong('parent', `Cannot assign self or child ${type.verbose} as parent.`);
  }
}
