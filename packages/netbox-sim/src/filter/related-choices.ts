import type { Engine } from '../engine.js';
import type { FilterSpec, Json } from '../tables/table-shapes.js';

/** The related objects a filter names, one group a value (a tree node with all below it). */
export interface Chosen {
  readonly groups: readonly (readonly number[])[];
  /** `null` was asked for: rows that refer to nothing. */
  readonly none: boolean;
}

const bases = new Set([
  'ModelMultipleChoiceFilter',
  'ModelChoiceFilter',
  'TreeNodeMultipleChoiceFilter',
  'TagFilter',
  'TagIDFilter',
]);

/** Undefined for filters that do not choose among objects. A value that names none is NetBox's 400. */
export function chooseRelated(
  engine: Engine,
  filter: FilterSpec,
  values: readonly string[],
): Chosen | { readonly error: string } | undefined {
  if (!bases.has(filter.base) || filter.to === undefined || !engine.tables.byModel(filter.to)) return undefined;
  const table = engine.db.table(filter.to);
  const groups: number[][] = [];
  let none = false;
  for (const text of values) {
    if (text === filter.nullValue) {
      none = true;
      continue;
    }
    const ids = lookUp(engine, filter, text);
    if (ids === undefined) return { error: `“${text}” is not a valid value.` };
    const known = ids.filter((id) => table.get(id));
    if (known.length === 0) return { error: `Select a valid choice. ${text} is not one of the available choices.` };
    groups.push(filter.base === 'TreeNodeMultipleChoiceFilter' ? withDescendants(engine, filter.to, known) : known);
  }
  return { groups, none };
}

function lookUp(engine: Engine, filter: FilterSpec, text: string): number[] | undefined {
  const by = filter.toField ?? 'id';
  if (by === 'id') return /^\s*-?\d+\s*$/.test(text) ? [Number(text)] : undefined;
  const values: Json[] = [text, ...(/^\d+$/.test(text) ? [Number(text)] : [])];
  return values.flatMap((value) => [...engine.db.table(filter.to ?? '').where(by, value)]);
}

/** The ids and all below them in their tree. */
export function withDescendants(engine: Engine, model: string, ids: readonly number[]): number[] {
  const out = new Set<number>();
  const todo = [...ids];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (out.has(id)) continue;
    out.add(id);
    todo.push(...engine.db.table(model).where('parent', id));
  }
  return [...out];
}
