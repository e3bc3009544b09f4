import type { JsonObject, JsonValue } from '@diode/protocol';
import { CliError, EXIT } from '../exit-codes.js';

/** A column of a CSV: where its cells go in the entity. An unnamed one has no path. */
export type Column = readonly string[];

/**
 * A header → columns; `site.name` nests. What would lose a cell is a mistake: a name twice, `site` beside `site.name`.
 * @throws CliError usage
 */
export function readHeader(header: readonly string[], file: string): readonly Column[] {
  const names = header.map((name) => name.trim());
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
  return names.map((name) => (name === '' ? [] : name.split('.')));
}

/**
 * One row → `{site: {name: "DC1"}, tags: ["a", "b"]}`. An empty cell is no opinion and is left out.
 * @throws CliError usage when a cell has no column name
 */
export function toData(columns: readonly Column[], cells: readonly string[], place: string): JsonObject {
  const data: Record<string, JsonValue> = {};
  const branches = new Map<string, Record<string, JsonValue>>([['', data]]);
  for (const [i, column] of columns.entries()) {
    const cell = cells[i] ?? '';
    const last = column.at(-1);
    if (cell === '') continue;
    if (last === undefined) throw new CliError(EXIT.usage, `${place}: column ${i + 1} has no name in the header.`);
    branchAt(branches, column.slice(0, -1))[last] = column.length === 1 && last === 'tags' ? tagsIn(cell) : cell;
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

function tagsIn(cell: string): readonly string[] {
  return cell
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
