import type { TablesFile } from '../src/tables/table-shapes.js';

interface OpenApi {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  components: { schemas: Record<string, { properties?: Record<string, object> }> };
}

/** Parameters every list takes, and those of the explorer, not of the type. */
const common = new Set(['limit', 'offset', 'ordering', 'format', 'id']);
/** What answers outside the tables: actions on one object, sign-in, background work, views without a model. */
const outside =
  /^\/api\/(schema|status|authentication-check|core\/background|users\/config|users\/tokens\/provision|extras\/(scripts|dashboard|object-types)|dcim\/connected-device)|\{id\}\//;
/** `field__empty` is `isnull` under another name in some types. */
const known = (filters: ReadonlySet<string>, name: string): boolean =>
  filters.has(name) || (name.endsWith('__empty') && filters.has(name.replace(/__empty$/, '__isnull')));

/** Everything NetBox's OpenAPI names that the tables do not: an empty list means they are in step. */
export function checkAgainstOpenApi(tables: TablesFile, api: OpenApi): string[] {
  const gaps: string[] = [];
  const byPath = new Map(tables.types.map((type) => [type.path, type]));
  for (const [path, operations] of Object.entries(api.paths)) {
    if (outside.test(path) || path.includes('{')) continue;
    const type = byPath.get(path);
    if (!type) {
      gaps.push(`path ${path}`);
      continue;
    }
    for (const method of Object.keys(operations)) {
      if (!type.methods.includes(method)) gaps.push(`${method} ${path}`);
    }
    const filters = new Set(
      Object.entries(type.filters).flatMap(([name, filter]) => [
        name,
        ...(filter.suffixes ?? []).map((s) => `${name}__${s}`),
      ]),
    );
    for (const parameter of operations.get?.parameters ?? []) {
      if (parameter.in === 'query' && !common.has(parameter.name) && !known(filters, parameter.name)) {
        gaps.push(`${path}?${parameter.name}`);
      }
    }
    const schema = api.components.schemas[type.objectName];
    const fields = new Set(type.fields.map((field) => field.name));
    for (const property of Object.keys(schema?.properties ?? {})) {
      if (!fields.has(property)) gaps.push(`${type.model}.${property}`);
    }
  }
  return gaps;
}
