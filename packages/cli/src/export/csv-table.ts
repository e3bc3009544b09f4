import { fieldOf, type ObjectTypeRow } from '@diode/catalogue';
import { isJsonObject, type JsonObject, type JsonValue } from '@diode/protocol';
import { asCell } from '../read/csv-cell.js';
import { csvLine } from '../show/csv-line.js';

/** Collects the columns of objects of one type while they go by, then writes each object as a row. */
export interface CsvTable {
  /** Takes note of the object's columns. */
  meet(data: JsonObject): void;
  header(): string;
  line(data: JsonObject): string;
}

export function makeCsvTable(row: ObjectTypeRow): CsvTable {
  const met = new Set<string>();
  let columns: readonly string[] | null = null;
  const sorted = (): readonly string[] => {
    columns ??= [...met].sort((a, b) => placeOf(row, a) - placeOf(row, b) || (a < b ? -1 : 1));
    return columns;
  };
  return {
    meet(data) {
      for (const [column] of cellsOf(row, data)) met.add(column);
    },
    header: () => csvLine(sorted().map((column) => column.replace(/^custom_fields\./, 'cf_'))),
    line(data) {
      const cells = new Map(cellsOf(row, data));
      return csvLine(sorted().map((column) => cells.get(column) ?? ''));
    },
  };
}

/** `{site: {name: "DC1"}}` → `site.name` and its cell. */
function cellsOf(row: ObjectTypeRow, data: JsonObject): readonly (readonly [string, string])[] {
  const cells: (readonly [string, string])[] = [];
  const walk = (value: JsonValue, path: readonly string[]): void => {
    const kind = path.length === 1 ? (fieldOf(row, path[0] ?? '')?.kind ?? null) : null;
    const isCustomValue = path[0] === 'custom_fields' && path.length === 2;
    if (isJsonObject(value) && kind !== 'json' && !isCustomValue) {
      for (const [key, below] of Object.entries(value)) walk(below, [...path, key]);
    } else cells.push([path.join('.'), asCell(path, value, kind)]);
  };
  walk(data, []);
  return cells;
}

function placeOf(row: ObjectTypeRow, column: string): number {
  return row.fields.findIndex((field) => field.name === column.split('.')[0]);
}
