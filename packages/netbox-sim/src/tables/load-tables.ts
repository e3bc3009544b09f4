import { readFileSync } from 'node:fs';
import type { FieldSpec, TablesFile, TypeTable } from './table-shapes.js';

/** The tables, looked up the ways the stand-in needs. */
export interface Tables {
  readonly netbox: string;
  readonly types: readonly TypeTable[];
  byModel(model: string): TypeTable | undefined;
  /** @throws Error when NetBox has no such type: a mistake in the stand-in, never in a request. */
  require(model: string): TypeTable;
  byPath(path: string): TypeTable | undefined;
  field(type: TypeTable, name: string): FieldSpec | undefined;
}

/** Reads `generated/tables.json`, which lies beside both `src` and `dist`. */
export function loadTables(): Tables {
  const text = readFileSync(new URL('../../generated/tables.json', import.meta.url), 'utf8');
  const file: TablesFile = JSON.parse(text);
  const models = new Map(file.types.map((type) => [type.model, type]));
  const paths = new Map(file.types.map((type) => [type.path, type]));
  const fields = new Map(file.types.map((type) => [type, new Map(type.fields.map((field) => [field.name, field]))]));
  return {
    netbox: file.netbox,
    types: file.types,
    byModel: (model) => models.get(model),
    require(model) {
      const type = models.get(model);
      if (!type) throw new Error(`NetBox has no type ${model}`);
      return type;
    },
    byPath: (path) => paths.get(path),
    field: (type, name) => fields.get(type)?.get(name),
  };
}
