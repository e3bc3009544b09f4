import type { Engine } from '../engine.js';
import type { Row } from '../store/row.js';
import type { ColumnSpec, Json, TypeTable, UniqueSpec } from '../tables/table-shapes.js';
import type { FieldErrors } from './refusal.js';

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The key a row has under a constraint; undefined where the constraint does not bind (a null member, its condition). */
function keyUnder(rule: UniqueSpec, row: Row): string | undefined {
  if (rule.whenNull.some((column) => (row[column] ?? null) !== null)) return undefined;
  if (rule.whenNotBlank.some((column) => row[column] === '')) return undefined;
  const parts: Json[] = [];
  for (const column of rule.columns) {
    const value = row[column] ?? null;
    if (value === null) return undefined;
    parts.push(rule.lower.includes(column) ? String(value).toLowerCase() : value);
  }
  return JSON.stringify(parts);
}

function holderOf(engine: Engine, type: TypeTable, rule: UniqueSpec, row: Row): number | undefined {
  const key = keyUnder(rule, row);
  if (key === undefined) return undefined;
  const index = engine.db.table(type.model).index(`unique:${rule.name}`, (one) => keyUnder(rule, one));
  for (const id of index.get(key) ?? []) if (id !== row.id) return id;
  return undefined;
}

const singles = new WeakMap<TypeTable, readonly UniqueSpec[]>();

/** Columns unique by themselves, as constraints. */
function uniqueColumns(type: TypeTable): readonly UniqueSpec[] {
  let rules = singles.get(type);
  if (!rules) {
    rules = Object.entries(type.columns)
      .filter(([, column]) => column.unique)
      .map(([name]) => ({
        name: `column:${name}`,
        columns: [name],
        lower: [],
        whenNull: [],
        whenNotBlank: [],
        code: 'columns' as const,
      }));
    singles.set(type, rules);
  }
  return rules;
}

/**
 * REST's own check of a unique column, worded in lower case. It does not run for `""`,
 * and not for references: those are left to the model.
 */
export function takenByField(engine: Engine, type: TypeTable, column: string, value: Json, own: number): string | null {
  const spec = type.columns[column];
  if (!spec?.unique || value === '' || value === null || spec.to !== undefined) return null;
  for (const id of engine.db.table(type.model).where(column, value)) {
    if (id !== own) return sentence(spec.uniqueMessage, type.verbose, spec.verbose);
  }
  return null;
}

const sentence = (message: string | undefined, model: string, field: string): string =>
  (message ?? '%(model_name)s with this %(field_label)s already exists.')
    .replace('%(model_name)s', model)
    .replace('%(field_label)s', field);

/** Django's `validate_unique` and `validate_constraints`: every key the row would share with another. */
export function uniqueErrors(engine: Engine, type: TypeTable, row: Row, failed: ReadonlySet<string>): FieldErrors {
  const errors: Record<string, string[]> = {};
  const add = (field: string, words: string): void => {
    errors[field] = [...(errors[field] ?? []), words];
  };
  for (const rule of uniqueColumns(type)) {
    const column = rule.columns[0] ?? '';
    if (failed.has(column) || holderOf(engine, type, rule, row) === undefined) continue;
    const spec = type.columns[column];
    add(column, sentence(spec?.uniqueMessage, capitalised(type.verbose), capitalised(spec?.verbose ?? column)));
  }
  for (const rule of type.unique) {
    if (rule.columns.some((column) => failed.has(column)) || holderOf(engine, type, rule, row) === undefined) continue;
    const single = rule.code === 'columns' && rule.message === undefined && rule.columns.length === 1;
    add(single ? (rule.columns[0] ?? '') : '__all__', wordsFor(type, rule));
  }
  return errors;
}

function wordsFor(type: TypeTable, rule: UniqueSpec): string {
  if (rule.message !== undefined) return rule.message;
  if (rule.code === 'violated') return `Constraint “${rule.name}” is violated.`;
  const labels = rule.columns.map((name) => capitalised(label(type.columns[name], name)));
  const list = labels.length < 2 ? labels.join('') : `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}`;
  return `${capitalised(type.verbose)} with this ${list} already exists.`;
}

const label = (column: ColumnSpec | undefined, name: string): string => column?.verbose ?? name;

/** The constraint Postgres itself would refuse the row by, with the sentence it raises. */
export function violatedInDatabase(engine: Engine, type: TypeTable, row: Row): string | null {
  const table = type.model.replace('.', '_');
  for (const rule of [...uniqueColumns(type), ...type.unique]) {
    if (holderOf(engine, type, rule, row) === undefined) continue;
    const name = rule.name.startsWith('column:') ? `${table}_${rule.columns[0]}_key` : rule.name;
    const columns = rule.columns.map((column) => (type.columns[column]?.to ? `${column}_id` : column)).join(', ');
    const values = rule.columns.map((column) => String(row[column])).join(', ');
    return `duplicate key value violates unique constraint "${name}"\nDETAIL:  Key (${columns})=(${values}) already exists.\n`;
  }
  return null;
}
