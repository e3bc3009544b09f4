import type { ColumnSpec, ReverseSpec, TablesFile, TypeTable, UniqueSpec } from '../src/tables/table-shapes.js';
import { buildField } from './build-field.js';
import { buildFilters } from './build-filters.js';
import type { RawColumn, RawConstraint, RawType } from './introspection-shapes.js';

/** Types that answer elsewhere or twice: a look-up view, and the old path of object types. */
const leftOut = new Set(['/api/dcim/connected-device/', '/api/extras/object-types/', '/api/extras/scripts/']);
const timestamps = new Set(['DateTimeField', 'DateField']);

/** The tables of every type NetBox serves, in the order of its own router. */
export function buildTables(netbox: string, raw: readonly RawType[]): TablesFile {
  return { netbox, types: raw.filter((type) => !leftOut.has(type.path)).map(buildType) };
}

function buildType(raw: RawType): TypeTable {
  return {
    path: raw.path,
    model: raw.model,
    objectName: raw.object_name,
    verbose: raw.verbose,
    verbosePlural: raw.verbose_plural,
    appVerbose: raw.app_verbose,
    ordering: raw.ordering.filter((name) => !name.startsWith('OrderBy') && !name.startsWith('F(')),
    methods: raw.actions,
    sequential: raw.views.includes('SequentialBulkCreatesMixin'),
    brief: raw.brief,
    tree: raw.tree,
    changeLog: raw.change_log,
    page: raw.page,
    traits: raw.bases.filter((base) => base.endsWith('Mixin') || base.endsWith('Model')),
    fields: Object.entries(raw.fields).map(([name, field]) => buildField(name, field, raw)),
    columns: Object.fromEntries(Object.entries(raw.model_fields).map(([name, column]) => [name, buildColumn(column)])),
    generic: raw.generic,
    reverse: buildReverse(raw),
    unique: buildUnique(raw),
    filters: buildFilters(raw.filters),
    search: raw.search,
  };
}

function buildColumn(raw: RawColumn): ColumnSpec {
  const writtenByDatabase = timestamps.has(raw.cls) && raw.default !== null;
  return {
    verbose: raw.verbose,
    kind: raw.cls,
    null: raw.null,
    blank: raw.blank,
    ...(raw.default !== null && !writtenByDatabase && { default: raw.default }),
    ...(raw.unique && raw.cls !== 'BigAutoField' && { unique: true as const }),
    ...(raw.unique_message && { uniqueMessage: raw.unique_message }),
    ...(raw.to !== undefined && { to: raw.to }),
    ...(raw.related_name && { relatedName: raw.related_name }),
    ...(raw.on_delete !== undefined && { onDelete: raw.on_delete }),
    ...(raw.max_length !== undefined && { maxLength: raw.max_length }),
    ...(raw.regexes.length > 0 && { regexes: raw.regexes }),
  };
}

function buildReverse(raw: RawType): ReverseSpec[] {
  const generic = raw.generic_relations.map(
    (relation): ReverseSpec => ({
      name: relation.name,
      to: relation.to,
      field: relation.id,
      kind: 'generic',
      type: relation.type,
      id: relation.id,
    }),
  );
  return [...raw.reverse.filter((relation) => relation.name !== null), ...generic];
}

function buildUnique(raw: RawType): UniqueSpec[] {
  const constraints = raw.constraints.filter((one) => one.cls === 'UniqueConstraint').map(buildConstraint);
  const together = raw.unique_together.map(
    (columns): UniqueSpec => ({
      name: columns.join('_'),
      columns,
      lower: [],
      whenNull: [],
      whenNotBlank: [],
      code: 'columns',
    }),
  );
  return [...together, ...constraints];
}

/**
 * Django words a violated constraint by its columns unless the constraint has its own message,
 * or has a condition or expressions and none (then it names itself).
 */
function buildConstraint(raw: RawConstraint): UniqueSpec {
  const expressions = raw.expressions ?? [];
  const lower = expressions.flatMap((text) => /^Lower\(F\((\w+)\)\)$/.exec(text)?.[1] ?? []);
  const columns =
    expressions.length > 0 ? expressions.map((text) => /F\((\w+)\)/.exec(text)?.[1] ?? text) : (raw.fields ?? []);
  const condition = raw.condition ?? '';
  const plain = expressions.length === 0 && condition === '';
  return {
    name: raw.name,
    columns,
    lower,
    whenNull: [...condition.matchAll(/\('(\w+)__isnull', True\)/g)].map((match) => match[1] ?? ''),
    whenNotBlank: [...condition.matchAll(/NOT \(AND: \('(\w+)', ''\)\)/g)].map((match) => match[1] ?? ''),
    ...(raw.custom_message && { message: raw.message }),
    code: plain ? 'columns' : 'violated',
  };
}
