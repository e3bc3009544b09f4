import type { ObjectTypeRow } from '@diode/catalogue';
import type { JsonObject, JsonValue } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';
import { cellReader } from './csv-cell.js';

/** A column of a CSV: where its cells go in the entity, and what they say. An unnamed one has no path. */
export interface Column {
  readonly path: readonly string[];
  readonly read: (cell: string) => JsonValue;
}

/**
 * A header → columns of objects of type `row`; `site.name` nests, `cf_owner` is NetBox's own name for `custom_fields.owner`. What would lose a cell
 * is a mistake: a name twice, `site` beside `site.name`.
 * @throws CliError usage
 */
export function readHeader(header: readonly string[], file: string, row: ObjectTypeRow | undefined): readonly Column[] {
  const names = header.map((name) => name.trim().replace(/^cf_(?=.)/, 'custom_fields.'));
  const fail = (what: string): never => {
    throw new CliError(EXIT.usage, `${file}, line 1: ${what}.`);
  };
  if (names.every((name) => name === '')) fail('there is no header: the first line names the fields');
  const only = names.length === 1 ? (names[0] ?? '') : '';
  if (/[;\t]/.test(only)) fail(`the header is one column, "${only}": separate columns by commas`);
  const seen = new Set<string>();
  for (const name of names) {
    if (name === '') continue;
    if (seen.has(name)) fail(`the column ${name} is there twice`);
    seen.add(name);
    const steps = name.split('.');
    if (steps.includes('')) fail(`the column "${name}" has an empty step between its dots`);
    if (steps.includes('__proto__')) fail(`${name} is not the name of a field`);
  }
  for (const name of seen) {
    const steps = name.split('.');
    for (let i = 1; i < steps.length; i += 1) {
      const above = steps.slice(0, i).join('.');
      if (seen.has(above)) fail(`the columns ${above} and ${name} are both there: keep one of them`);
    }
  }
  return names.map((name) => {
    const path = name === '' ? [] : name.split('.');
    return { path, read: cellReader(row, path) };
  });
}

/**
 * One row → `{site: {name: "DC1"}, tags: ["a", "b"]}`. An empty cell is no opinion and is left out.
 * @throws CliError usage when a cell has no column name
 */
export function toData(columns: readonly Column[], cells: readonly string[], place: string): JsonObject {
  const data: Record<string, JsonValue> = {};
  const branches = new Map<string, Record<string, JsonValue>>([['', data]]);
  for (const [i, { path, read }] of columns.entries()) {
    const cell = cells[i] ?? '';
    const last = path.at(-1);
    if (cell === '') continue;
    if (last === undefined) throw new CliError(EXIT.usage, `${place}: column ${i + 1} has no name in the header.`);
    branchAt(branches, path.slice(0, -1))[last] = read(cell);
  }
  return data;
}

function branchAt(
  branches: Map<string, Record<string, JsonValue>>,
  path: readonly string[],
): Record<string, JsonValue> {
  const key = path.join('.');
  const found = branches.get(key);
  if (found !== undefined) return found;
  const branch: Record<string, JsonValue> = {};
  branchAt(branches, path.slice(0, -1))[path.at(-1) ?? ''] = branch;
  branches.set(key, branch);
  return branch;
}
