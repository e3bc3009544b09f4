import type { Engine } from '../engine.js';
import type { FieldSpec, Json, Shown, TypeTable } from '../tables/table-shapes.js';

const kinds: Readonly<Record<string, string>> = {
  id: 'integer',
  text: 'string',
  int: 'integer',
  bool: 'boolean',
  decimal: 'decimal',
  date: 'date',
  datetime: 'datetime',
  'ip-address': 'string',
  'ip-network': 'string',
  fk: 'nested object',
  related: 'nested object',
  'plain-choice': 'choice',
  list: 'list',
};

/** OPTIONS: what a type takes, field by field, with its choices. */
export function describeType(engine: Engine, type: TypeTable, instance: boolean): Json {
  const fields = Object.fromEntries(type.fields.map((field) => [field.name, describeField(engine, type, field, true)]));
  const writable = type.methods.includes('post');
  const actions = !writable ? {} : instance ? { PUT: fields } : { PUT: fields, POST: fields };
  return {
    name: `${titled(type.verbose)} ${instance ? 'Instance' : 'List'}`,
    description: '',
    renders: ['application/json', 'text/html'],
    parses: ['application/json', 'multipart/form-data'],
    ...(writable && { actions }),
  };
}

function describeField(engine: Engine, type: TypeTable, field: FieldSpec, deep: boolean): Record<string, Json> {
  const slug = type.columns[field.source]?.kind === 'SlugField';
  const target = field.to === undefined ? undefined : engine.tables.byModel(field.to);
  const children =
    deep && target && (field.kind === 'fk' || field.kind === 'related')
      ? childrenOf(engine, target, field.nested)
      : null;
  return {
    type: slug ? 'slug' : (kinds[field.kind] ?? 'field'),
    required: field.required,
    read_only: field.readOnly,
    label: field.name === 'id' ? 'ID' : labelOf(field.name),
    ...(field.minLength !== undefined && { min_length: field.minLength }),
    ...(field.maxLength !== undefined && { max_length: field.maxLength }),
    ...(field.min !== undefined && { min_value: field.min }),
    ...(field.max !== undefined && { max_value: field.max }),
    ...(field.choices &&
      !field.readOnly && { choices: field.choices.map(([value, label]) => ({ value, display_name: label })) }),
    ...(children && { children }),
  };
}

function childrenOf(engine: Engine, type: TypeTable, names: readonly Shown[] | undefined): Json {
  const shown = (names ?? type.brief).map((one) => (typeof one === 'string' ? one : one[0]));
  return Object.fromEntries(
    type.fields
      .filter((field) => shown.includes(field.name))
      .map((field) => [field.name, describeField(engine, type, field, false)]),
  );
}

const labelOf = (name: string): string => {
  const words = name.replaceAll('_', ' ').trim();
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
};

const titled = (text: string): string => text.replace(/\b\w/g, (letter) => letter.toUpperCase());
