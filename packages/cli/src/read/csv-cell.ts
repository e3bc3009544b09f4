import { fieldOf, type ObjectTypeRow } from '@diode/catalogue';
import type { JsonValue } from '@diode/protocol';

const LISTS: ReadonlySet<string> = new Set(['references', 'integers', 'ranges', 'texts']);

/**
 * What a cell of this column says. It is its text, but for fields that hold more than that: a list is JSON or joined by `;` (tags also by `,`), a
 * JSON field and a custom field's list or object are JSON. {@link asCell} writes what this reads.
 */
export function cellReader(row: ObjectTypeRow | undefined, path: readonly string[]): (cell: string) => JsonValue {
  const [name = '', below] = path;
  if (name === 'tags' && below === undefined) return (cell) => listIn(cell, cell.includes(';') ? ';' : ',');
  if (name === 'custom_fields' && below !== undefined) return (cell) => (/^[[{"]/.test(cell) ? jsonIn(cell) : cell);
  const kind = row === undefined || path.length !== 1 ? undefined : fieldOf(row, name)?.kind;
  if (kind === 'json') return jsonIn;
  return kind !== undefined && LISTS.has(kind) ? (cell) => listIn(cell, ';') : (cell) => cell;
}

/** A value as one cell; the cell is empty for a value that says nothing. */
export function asCell(path: readonly string[], value: JsonValue, kind: string | null): string {
  if (path[0] === 'tags') return joined(value, /[,;]/);
  if (path[0] === 'custom_fields') {
    const isPlain = typeof value !== 'object' && !(typeof value === 'string' && /^[[{"]/.test(value));
    return isPlain ? String(value) : JSON.stringify(value);
  }
  if (kind === 'json') return JSON.stringify(value);
  return typeof value === 'object' ? joined(value, /;/) : String(value);
}

/** Texts joined by `;`; JSON for what is no list of texts, or holds what would part them. */
function joined(value: JsonValue, parts: RegExp): string {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  const isPlain =
    list.length > 0 &&
    list.every((item) => typeof item === 'string' && !parts.test(item) && !/^[[{]|^\s|\s$/.test(item));
  return isPlain ? list.join(';') : JSON.stringify(value);
}

function listIn(cell: string, separator: string): JsonValue {
  if (cell.startsWith('[')) return jsonIn(cell);
  return cell
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Its JSON, else the text itself: the ingester says what is wrong with it. */
function jsonIn(cell: string): JsonValue {
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
